"""What an answer rests on besides facts."""
