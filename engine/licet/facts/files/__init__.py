"""Table files of every format as sheets of cells, before anything is read into them."""
