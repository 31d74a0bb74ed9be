// SPDX-License-Identifier: GPL-2.0
#include "base/thread.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

/*
 * Linux 5.3 was the first with clone3(), and let a thread begin at the lowest address of
 * its stack; 5.4 begins at the highest, fa729c4df558 ("clone3: validate stack
 * arguments"). glibc uses it since 2.34, and only asks whether it is there.
 */
bool thread_works_on(const char *release)
{
	static const char broken[] = "5.3";
	const size_t len = sizeof(broken) - 1;

	return strncmp(release, broken, len) || (release[len] >= '0' && release[len] <= '9');
}

int thread_start(pthread_t *ret_thread, void *(*run)(void *), void *arg)
{
	struct utsname u;

	if (!uname(&u) && !thread_works_on(u.release))
		return ENOSYS;
	return pthread_create(ret_thread, NULL, run, arg);
}
