// Nothing to call: what is in the .c file takes effect by being linked.
