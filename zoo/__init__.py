"""The fault zoo: trainings and folders with one known fault each, and healthy twins without any."""
