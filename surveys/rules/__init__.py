"""What a survey may be, how a reply is read, which question comes next, what is counted: values in, values out."""
