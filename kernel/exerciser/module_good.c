// SPDX-License-Identifier: GPL-2.0
/* The driver that refuses to misbehave: nothing it does may ever be flagged. */
#include <linux/module.h>

#include "exerciser.h"

const struct ex_self ex_self = {
	.name = HMM_EXERCISER_GOOD_DEVICE,
	.misbehaves = false,
};

static int __init self_init(void)
{
	return ex_init();
}
module_init(self_init);

static void __exit self_exit(void)
{
	ex_exit();
}
module_exit(self_exit);

MODULE_DESCRIPTION("hmmtrace: a driver that mirrors address spaces and behaves");
MODULE_LICENSE("GPL");
