#pragma once
#include <libpq-fe.h>

// What wakes a thread that waits for libpq's socket. Swift's Glibc module does not have it.
#include <sys/eventfd.h>
