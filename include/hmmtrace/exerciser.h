/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR BSD-2-Clause */
/*
 * exerciser.h - the ioctl ABI of /dev/hmm_exerciser and /dev/hmm_exerciser_good.
 *
 * The device is a driver that can be told what to do, one kernel call at a
 * time, and told to do it wrong. An open file is one client of the driver: it
 * owns objects, and closing it releases them the way the driver was told to.
 * What the driver did is counted, so a test has an oracle beside the tracer.
 *
 * Rules of the ABI: every member is a __u64. `version` must be
 * HMM_EXERCISER_ABI and every bit of `flags` that an action does not name must
 * be zero, or the call fails with EINVAL before anything happens. Numbers are
 * never reused; a retired one leaves a comment in its place.
 *
 * An ioctl returns -1 only when the request itself was refused. What the
 * kernel function answered is in `result`, so that a refused register is data
 * and not an error.
 */
#ifndef HMMTRACE_EXERCISER_H
#define HMMTRACE_EXERCISER_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define HMM_EXERCISER_ABI 1
#define HMM_EXERCISER_DEVICE "hmm_exerciser"
#define HMM_EXERCISER_GOOD_DEVICE "hmm_exerciser_good"

/* What the module was built with: hello.apis */
#define HMM_EXERCISER_API_NOTIFIER 0x1 /* mmu notifiers */
#define HMM_EXERCISER_API_MIRROR   0x2 /* hmm_mirror_register() and friends */
#define HMM_EXERCISER_API_FAULT    0x4 /* hmm_range_fault() of interval notifiers */
#define HMM_EXERCISER_API_INTERVAL 0x8 /* interval notifiers, from 5.5 on */
#define HMM_EXERCISER_API_GET     0x10 /* mmu_notifier_get() and _put(), from 5.4 on */
#define HMM_EXERCISER_API_HMM_GET 0x20 /* hmm_get() and hmm_put(), the patched kernels */
#define HMM_EXERCISER_API_RANGE_BY_MM 0x40 /* hmm_range_register() takes an mm: 5.2 */
/* and what misuse the kernel survives, for the driver refuses the rest (EOPNOTSUPP) */
#define HMM_EXERCISER_SURVIVES_TWICE          0x100 /* unregister of what is not registered */
#define HMM_EXERCISER_SURVIVES_DEAD_FAULT     0x200 /* fault of an unregistered range */
#define HMM_EXERCISER_SURVIVES_BUSY           0x400 /* register of what is registered */
#define HMM_EXERCISER_SURVIVES_END_IN_RELEASE 0x800 /* unregister from a mirror's ->release */
#define HMM_EXERCISER_SURVIVES_UNDER_RANGE   0x1000 /* unregister of a mirror with ranges */
#define HMM_EXERCISER_REFUSES_NO_MIRROR      0x2000 /* a range whose mirror is not registered */
#define HMM_EXERCISER_SURVIVES_CHURN         0x4000 /* first and last mirrors come and go at once */
/* What the driver agrees to: hello.manners */
#define HMM_EXERCISER_MISBEHAVES   0x1 /* HMM_EXERCISER_F_MISUSE and CLOSE_LEAK are not refused */

/* Flags of a command. Each action lists those it takes. */
#define HMM_EXERCISER_F_MISUSE    0x01 /* the call is a bug and meant */
#define HMM_EXERCISER_F_WORKER    0x02 /* made from a kworker, which is waited for */
#define HMM_EXERCISER_F_LOCKED    0x04 /* the variant for callers that hold mmap_lock */
#define HMM_EXERCISER_F_INTERRUPT 0x08 /* with a signal pending, so that locks give -EINTR */
#define HMM_EXERCISER_F_END_IN_RELEASE 0x10 /* the driver's ->release ends what this began */

/* What closing the file does: arg of CLOSE_POLICY */
#define HMM_EXERCISER_CLOSE_RELEASE 0 /* releases everything, in the right order */
#define HMM_EXERCISER_CLOSE_LEAK    1 /* forgets everything, until RESET or module exit */
#define HMM_EXERCISER_CLOSE_DEFER   2 /* releases from a kworker, `length` ms later */

/*
 * X(NAME, ioctl number, name, flags taken, "what it does")
 *
 * object: 0 makes a new one and returns its id, else the id of one of the kind
 * the action is about. Ids are per file and never reused by it. Registering an
 * object again is a new life at the same kernel address.
 *
 * MISUSE lifts the driver's own check that the call is legal in the object's
 * state; the driver then makes the call and shields the machine from it, never
 * the tracer. An unregister or remove of object 0 is one of an object that was
 * never registered, at an address where nothing ever was; there are 32 of them.
 * A notifier or interval can be registered twice when the address space of the
 * first time is dead.
 */
#define HMM_EXERCISER_F_INSERT (HMM_EXERCISER_F_LOCKED | HMM_EXERCISER_F_INTERRUPT)
#define HMM_EXERCISER_F_END    (HMM_EXERCISER_F_MISUSE | HMM_EXERCISER_F_WORKER)
#define HMM_EXERCISER_F_GET    (HMM_EXERCISER_F_INTERRUPT | HMM_EXERCISER_F_END_IN_RELEASE)

#define HMM_EXERCISER_ACTIONS(X) \
	X(CLOSE_POLICY, 8, close_policy, 0, "arg: HMM_EXERCISER_CLOSE_*; length: its delay in ms") \
	X(RESET, 9, reset, 0, "releases what files opened by process arg leaked, 0: by anyone") \
	X(DISCARD, 10, discard, 0, "frees the memory of an object that is not registered") \
	X(MM_HOLD, 11, mm_hold, HMM_EXERCISER_F_MISUSE, \
	  "new object: pins the caller's mm_struct, not its memory; MISUSE: that too") \
	X(CALLBACK_DELAY, 12, callback_delay, 0, \
	  "->invalidate of intervals, if it may, and ->release of notifiers sleep arg ms") \
	X(NOTIFIER_REGISTER, 16, notifier_register, \
	  HMM_EXERCISER_F_INTERRUPT | HMM_EXERCISER_F_MISUSE, "mmu_notifier_register()") \
	X(NOTIFIER_UNREGISTER, 17, notifier_unregister, HMM_EXERCISER_F_END, \
	  "mmu_notifier_unregister(); MISUSE and parent: from that address space") \
	X(NOTIFIER_GET, 18, notifier_get, HMM_EXERCISER_F_GET, \
	  "mmu_notifier_get(); the object is found or made by the kernel") \
	X(NOTIFIER_PUT, 19, notifier_put, HMM_EXERCISER_F_END, "mmu_notifier_put()") \
	X(INTERVAL_INSERT, 24, interval_insert, HMM_EXERCISER_F_INSERT | HMM_EXERCISER_F_MISUSE, \
	  "mmu_interval_notifier_insert() of start, length") \
	X(INTERVAL_REMOVE, 25, interval_remove, HMM_EXERCISER_F_END, \
	  "mmu_interval_notifier_remove()") \
	X(INTERVAL_READ, 26, interval_read, HMM_EXERCISER_F_MISUSE, "mmu_interval_read_begin()") \
	X(INTERVAL_FAULT, 27, interval_fault, HMM_EXERCISER_F_MISUSE, \
	  "read, hmm_range_fault() of the window, retried as it must be") \
	X(INTERVAL_ON_STACK, 28, interval_on_stack, 0, \
	  "arg times: insert start, length from the stack, fault, remove; no object") \
	X(INTERVAL_RACE, 29, interval_race, HMM_EXERCISER_F_MISUSE, \
	  "remove in a kworker, and arg ms later, returned or not, read") \
	X(MIRROR_REGISTER, 32, mirror_register, HMM_EXERCISER_F_GET, \
	  "hmm_mirror_register()") \
	X(MIRROR_UNREGISTER, 33, mirror_unregister, HMM_EXERCISER_F_END, \
	  "hmm_mirror_unregister()") \
	X(RANGE_REGISTER, 34, range_register, HMM_EXERCISER_F_MISUSE, \
	  "hmm_range_register() of start, length, page shift arg, through mirror parent") \
	X(RANGE_UNREGISTER, 35, range_unregister, HMM_EXERCISER_F_END, \
	  "hmm_range_unregister()") \
	X(RANGE_FAULT, 36, range_fault, HMM_EXERCISER_F_MISUSE, "hmm_mirror_fault()") \
	X(HMM_GET, 37, hmm_get, 0, "hmm_get() on the mirror") \
	X(HMM_PUT, 38, hmm_put, HMM_EXERCISER_F_MISUSE, "hmm_put() of what hmm_get took; MISUSE: of the reference of the mirror itself")

/*
 * @version:  in, HMM_EXERCISER_ABI
 * @flags:    in, HMM_EXERCISER_F_*
 * @object:   in/out, 0 for a new one where the action can make one
 * @parent:   in, RANGE_REGISTER: the mirror. Register actions: an MM_HOLD
 *            object whose mm is meant, 0 for the caller's
 * @start:    in, bytes
 * @length:   in, bytes
 * @arg:      in, see the action
 * @result:   out, what the kernel function returned, as a two's complement
 *            negative errno; for functions that return nothing 0
 * @cookie:   out, the kernel address the tracepoints know the object by
 * @mm:       out, the same for its address space
 * @hmm:      out, the same for its struct hmm, 0 at the notifier layer
 * @reserved: zero
 */
struct hmm_exerciser_cmd {
	__u64 version;
	__u64 flags;
	__u64 object;
	__u64 parent;
	__u64 start;
	__u64 length;
	__u64 arg;
	__u64 result;
	__u64 cookie;
	__u64 mm;
	__u64 hmm;
	__u64 reserved;
};

/*
 * @version:  in, HMM_EXERCISER_ABI. Out, the module's own, also when the call
 *            fails with EINVAL because they differ
 * @flags:    in, zero
 * @apis:     out, HMM_EXERCISER_API_*
 * @manners:  out, HMM_EXERCISER_MISBEHAVES or 0
 * @max_pages: out, pages of the longest window that INTERVAL_FAULT takes
 */
struct hmm_exerciser_hello {
	__u64 version;
	__u64 flags;
	__u64 apis;
	__u64 manners;
	__u64 max_pages;
};

/*
 * The counters, C(name, "what it counts"). Calls into the kernel are counted
 * whether they were legal or not: these are the events a tracer has to see.
 */
#define HMM_EXERCISER_COUNTERS(C) \
	C(mirror_registers, "hmm_mirror_register() that succeeded") \
	C(mirror_register_failures, "and that did not") \
	C(mirror_unregisters, "hmm_mirror_unregister()") \
	C(range_registers, "hmm_range_register() that succeeded") \
	C(range_register_failures, "and that did not") \
	C(range_unregisters, "hmm_range_unregister()") \
	C(range_faults, "hmm_mirror_fault()") \
	C(hmm_gets, "hmm_get() that gave a reference") \
	C(hmm_puts, "hmm_put()") \
	C(notifier_registers, "mmu_notifier_register(), and _get() of a new one, that succeeded") \
	C(notifier_register_failures, "and that did not") \
	C(notifier_unregisters, "mmu_notifier_unregister()") \
	C(notifier_gets, "mmu_notifier_get() of one that existed") \
	C(notifier_puts, "mmu_notifier_put()") \
	C(notifier_frees, "calls of ->free_notifier()") \
	C(interval_inserts, "mmu_interval_notifier_insert*() that succeeded") \
	C(interval_insert_failures, "and that did not") \
	C(interval_removes, "mmu_interval_notifier_remove()") \
	C(interval_reads, "mmu_interval_read_begin()") \
	C(interval_faults, "hmm_range_fault()") \
	C(releases, "calls of ->release()") \
	C(invalidates, "calls of ->invalidate()") \
	C(misuses, "calls made with HMM_EXERCISER_F_MISUSE") \
	C(live, "registrations and references the driver holds now")

/* scope */
#define HMM_EXERCISER_SCOPE_FILE   0 /* by this open file */
#define HMM_EXERCISER_SCOPE_MODULE 1 /* since the module was loaded */

/*
 * @version: in, HMM_EXERCISER_ABI
 * @flags:   in, zero
 * @scope:   in, HMM_EXERCISER_SCOPE_*
 * and out: the counters
 */
struct hmm_exerciser_counters {
	__u64 version;
	__u64 flags;
	__u64 scope;
#define HMM_EXERCISER_C(name, what) __u64 name;
	HMM_EXERCISER_COUNTERS(HMM_EXERCISER_C)
#undef HMM_EXERCISER_C
};

#define HMM_EXERCISER_IOC 'H'
#define HMM_EXERCISER_IOC_HELLO _IOWR(HMM_EXERCISER_IOC, 0x80, struct hmm_exerciser_hello)
#define HMM_EXERCISER_IOC_COUNTERS _IOWR(HMM_EXERCISER_IOC, 0x81, struct hmm_exerciser_counters)
enum hmm_exerciser_action {
#define HMM_EXERCISER_X(NAME, nr, name, flags, what) HMM_EXERCISER_##NAME = (nr),
	HMM_EXERCISER_ACTIONS(HMM_EXERCISER_X)
#undef HMM_EXERCISER_X
};
/* The ioctl of one action */
#define HMM_EXERCISER_IOC_DO(action) \
	_IOWR(HMM_EXERCISER_IOC, 0x80 + (action), struct hmm_exerciser_cmd)

/* Sizes are ABI. The counters may grow at the end, under a new ioctl number. */
_Static_assert(sizeof(struct hmm_exerciser_cmd) == 96, "ABI");
_Static_assert(sizeof(struct hmm_exerciser_hello) == 40, "ABI");
_Static_assert(sizeof(struct hmm_exerciser_counters) == 27 * 8, "ABI");

#endif /* HMMTRACE_EXERCISER_H */
