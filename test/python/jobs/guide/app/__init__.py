"""Stands for the Flask application of the earlier system."""
