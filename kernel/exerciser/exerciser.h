/* SPDX-License-Identifier: GPL-2.0 */
/*
 * exerciser.h - what the parts of the driver know of each other.
 *
 * An open file owns objects. An object is one thing the driver can register,
 * together with what it has to know to end it in good order, whatever was done
 * to it: that is the promise that makes misuse safe to repeat.
 *
 *  - An object pins its mm_struct (mmgrab) for as long as its memory exists.
 *    The memory behind a cookie in the trace is therefore valid until the
 *    object is freed, also after one drop too many was asked for.
 *  - Where misuse makes the kernel drop a count that it never took, the driver
 *    takes that count first ("shield"). The tracer sees the misuse; the
 *    machine survives it.
 *
 * Locking: ex_file.lock is held over a whole command. Callbacks of the kernel
 * (->release, ->invalidate, ->free_notifier) never take it: they may run
 * beneath a command that does.
 */
#ifndef EXERCISER_H
#define EXERCISER_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <hmmtrace/exerciser.h>

#include "compat.h"

#define EX_MAX_PAGES 64

/* The personality of the module: module_bad.c, module_good.c */
struct ex_self {
	const char *name;
	bool misbehaves;
};

extern const struct ex_self ex_self;

enum ex_counter {
#define EX_C(name, what) EX_COUNT_##name,
	HMM_EXERCISER_COUNTERS(EX_C)
#undef EX_C
	EX_COUNT_NR
};

enum ex_kind { EX_MM = 1, EX_NOTIFIER, EX_GOT, EX_INTERVAL, EX_MIRROR, EX_RANGE };

/*
 * What the last register or unregister left behind. EX_ENDING: ->release is at
 * it, on its own; only it leaves that state.
 */
enum ex_state { EX_NEW, EX_LIVE, EX_GONE, EX_FAILED, EX_ENDING };

/*
 * @users:  the open file, and each object (callbacks count into it)
 * @node:   in ex_parked once the file is closed and its objects are not gone
 * @opener: process that opened it, for RESET
 */
struct ex_file {
	struct kref users;
	struct mutex lock;
	struct list_head objects;
	struct list_head node;
	u64 last_id;
	u64 close_policy;
	u64 close_delay_ms;
	u64 callback_delay_ms;
	u64 opener;
	struct delayed_work close_work;
	atomic64_t count[EX_COUNT_NR];
};

#if EX_HAVE_INTERVAL
/* One interval notifier, in an object or on the stack. */
struct ex_interval {
	struct mmu_interval_notifier sub;
	struct list_head node;		/* in ex_intervals while inserted */
	struct mm_struct *mm;
	struct ex_file *file;
	spinlock_t lock;		/* orders a fault's commit against ->invalidate */
	bool was_sole;			/* no other of ours was in the tree when it was removed */
	bool used;			/* was in a tree at least once */
};
#endif

/*
 * What mmu_notifier_get() found or made. Shared by every file that got it, and
 * freed by whoever is last: the kernel (->free_notifier) or a file.
 */
struct ex_subscription {
	struct mmu_notifier mn;
	struct kref users;
	struct ex_file *file;		/* that had it made */
	atomic_t release_puts;		/* gets that ->release has to put */
};

struct ex_object {
	struct list_head node;
	struct ex_file *file;
	u64 id;
	enum ex_kind kind;
	enum ex_state state;
	bool is_static;		/* one of ex_untouched: its memory is not freed */
	bool has_users;		/* EX_MM: holds one of the users of its mm, too */
	struct mm_struct *mm;
	union {
		bool had_interval;			/* EX_MM: its itree exists */
		struct mmu_notifier notifier;		/* EX_NOTIFIER */
		struct {
			struct ex_subscription *sub;	/* EX_GOT, NULL before the first get */
			u64 held;			/* gets of this object not put yet */
		} got;
#if EX_HAVE_INTERVAL
		struct ex_interval interval;		/* EX_INTERVAL */
#endif
#if EX_HAVE_MIRROR
		struct {
			struct hmm_mirror mirror;	/* EX_MIRROR */
			struct hmm *hmm;		/* of the last register that succeeded */
			u64 held;			/* hmm_get() not put yet */
			bool end_in_release;
			spinlock_t lock;		/* protects ranges */
			struct list_head ranges;	/* registered through it: rng.sibling */
		} mir;
		struct {
			struct hmm_mirror_range range;	/* EX_RANGE */
			struct ex_object *parent;	/* mirror of the last register */
			struct list_head sibling;
			unsigned long pfns[EX_MAX_PAGES];
		} rng;
#endif
	};
};

typedef int (*ex_action_fn)(struct ex_file *file, struct hmm_exerciser_cmd *cmd);

/* main.c */
extern struct workqueue_struct *ex_workqueue;
int ex_init(void);
void ex_exit(void);
void ex_count(struct ex_file *file, enum ex_counter which);
void ex_count_live(struct ex_file *file, int delta);
void ex_file_free(struct kref *users);
#define ex_counted(file, name) ex_count(file, EX_COUNT_##name)

/* object.c */
struct ex_object *ex_object_new(struct ex_file *file, enum ex_kind kind, struct mm_struct *mm);
struct ex_object *ex_object_untouched(struct ex_file *file, enum ex_kind kind);
struct ex_object *ex_object_find(struct ex_file *file, u64 id, enum ex_kind kind);
struct ex_object *ex_object_for_register(struct ex_file *file, struct hmm_exerciser_cmd *cmd,
					 enum ex_kind kind);
void ex_object_free(struct ex_object *obj);
bool ex_claim(struct ex_object *obj, enum ex_state next);
void ex_object_done(struct ex_object *obj, struct hmm_exerciser_cmd *cmd, long result);
void ex_release_all(struct ex_file *file);
void ex_run_in_worker(struct ex_object *obj, void (*fn)(struct ex_object *obj));

/*
 * Run @fn here, or, as drivers do that cannot block where they are, in a kworker.
 * Inline: a stack is to show the action that was asked for, and not this.
 */
static __always_inline void ex_run(struct ex_object *obj, u64 flags,
				   void (*fn)(struct ex_object *obj))
{
	if (flags & HMM_EXERCISER_F_WORKER)
		ex_run_in_worker(obj, fn);
	else
		fn(obj);
}

void ex_pretend_signal(u64 flags);

/* One per action, named after it: notifier.c, interval.c, mirror.c, object.c, main.c */
#define EX_X(NAME, nr, name, flags, what) \
	int ex_do_##name(struct ex_file *file, struct hmm_exerciser_cmd *cmd);
HMM_EXERCISER_ACTIONS(EX_X)
#undef EX_X

/* An action of an API that this kernel does not have */
#define EX_ABSENT(name) \
	int ex_do_##name(struct ex_file *file, struct hmm_exerciser_cmd *cmd) \
	{ \
		return -EOPNOTSUPP; \
	}

/* The legal end of one registered object, whatever is left of it. */
void ex_notifier_end(struct ex_object *obj);
void ex_got_end(struct ex_object *obj);
void ex_got_free(struct ex_object *obj);
void ex_got_drain(void);
void ex_interval_end(struct ex_object *obj);
void ex_interval_forget(struct ex_object *obj);
void ex_mirror_put_held(struct ex_object *obj);
void ex_mirror_end(struct ex_object *obj);
void ex_mirror_free(struct ex_object *obj);
bool ex_mirror_is_used(struct ex_object *obj);
void ex_range_end(struct ex_object *obj);

#endif /* EXERCISER_H */
