"""Due process 办理程序: whoever is to be moved, charged or overruled is told, heard and may appeal. plan P6, V4."""
