"""The methods of rating, sampling, agreement and payment, one file a method. Pure; parameters are arguments. plan V1–V6, I1."""
