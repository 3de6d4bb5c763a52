#pragma once
#include <libpq-fe.h>
#include <sys/eventfd.h> // Not in Swift's Glibc module; ends a wait for libpq's socket from another thread.
