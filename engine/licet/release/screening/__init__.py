"""The US Consolidated Screening List: its file as parties and listings of an inventory, as of the day of the import."""
