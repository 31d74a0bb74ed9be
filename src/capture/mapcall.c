// SPDX-License-Identifier: GPL-2.0
#include "capture/mapcall.h"

#include <errno.h>
#include <sched.h>

static bool shielded;
static __thread int depth;
static __thread int policy;	/* what to go back to, while depth > 0 */

void mapcall__shield(bool on)
{
	shielded = on;
}

/* No ordinary task preempts the lowest of the real-time ones. errno stays. */
void mapcall__begin(void)
{
	const struct sched_param lowest = { .sched_priority = 1 };
	int saved = errno;

	if (!shielded || depth++)
		return;
	policy = sched_getscheduler(0);
	if ((policy != SCHED_OTHER && policy != SCHED_BATCH && policy != SCHED_IDLE) ||
	    sched_setscheduler(0, SCHED_FIFO, &lowest))
		policy = -1;
	errno = saved;
}

void mapcall__end(void)
{
	const struct sched_param none = { 0 };
	int saved = errno;

	if (!depth || --depth || policy < 0)
		return;
	sched_setscheduler(0, policy, &none);
	errno = saved;
}
