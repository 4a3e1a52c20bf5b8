"""Django models and set-based SQL behind the Records port."""
