/* SPDX-License-Identifier: GPL-2.0 */
/* thread.h - pthread_create(), where that is to be trusted. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Does the first call of a thread survive, on the kernel of that release (uname -r)? */
bool thread_works_on(const char *release);
/*
 * With default attributes. Return: 0, or an errno as pthread_create() does, ENOSYS
 * where a thread would crash: whoever asks has to do without.
 */
int thread_start(pthread_t *ret_thread, void *(*run)(void *), void *arg);

#endif /* BASE_THREAD_H */
