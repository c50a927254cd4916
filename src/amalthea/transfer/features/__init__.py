"""What a frozen network returns for pictures: computed once, kept on the disk, read row by row."""
