"""Training of diagnosticians 诊断师培训: courses, question bank and gold cases as data, checked before it is published. plan T1."""
