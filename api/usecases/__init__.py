"""What a user can ask for, independent of the door it comes through."""
