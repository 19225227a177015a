//! Nothing: the packages here are there for a file that one of their dependencies has in it.
