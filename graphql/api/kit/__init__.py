"""What every capability's page of the schema is written with · 接口构件."""
