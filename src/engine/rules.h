/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rules.h - the one list of rules.
 *
 * X(ID, severity, "what is wrong, as a full clause")
 *
 * The external id is the name in lower case with dashes. The list is sorted
 * by nothing but history: append. Rationale, evidence and advice are in
 * docs/hmmtrace-rules.7.md, one section per id; tools/check-rules fails the
 * build when a rule lacks its section or one of its replay tests
 * (tests/replay/<id>/{hit,miss,gap}.in).
 */
#ifndef ENGINE_RULES_H
#define ENGINE_RULES_H

#define HMT_RULES(X) \
	X(RANGE_ORPHANED_BY_MIRROR, ERROR, \
	  "range is still registered after its mirror was unregistered") \
	X(RANGE_ORPHANED_BY_MM, ERROR, \
	  "range is still registered after its address space was torn down") \
	X(MIRROR_ORPHANED_BY_MM, ERROR, \
	  "mirror is still registered after its address space was torn down") \
	X(REFERENCE_UNACCOUNTED, ERROR, \
	  "more references are held than live mirrors and ranges account for") \
	X(REFERENCE_UNDERFLOW, ERROR, \
	  "reference is put that nobody holds") \
	X(MIRROR_DOUBLE_UNREGISTER, ERROR, \
	  "mirror is unregistered a second time") \
	X(RANGE_DOUBLE_UNREGISTER, ERROR, \
	  "range is unregistered a second time") \
	X(MIRROR_UNREGISTER_AFTER_FAILED_REGISTER, ERROR, \
	  "mirror is unregistered although its register failed") \
	X(RANGE_UNREGISTER_AFTER_FAILED_REGISTER, ERROR, \
	  "range is unregistered although its register failed") \
	X(RANGE_REGISTER_WITHOUT_MIRROR, ERROR, \
	  "range is registered on an address space that has no live mirror") \
	X(RANGE_REGISTER_ON_DEAD_MM, ERROR, \
	  "range is registered on an address space that was already torn down") \
	X(MIRROR_UNREGISTER_UNDER_RANGES, ERROR, \
	  "mirror is unregistered while ranges registered through it are live") \
	X(USE_OF_UNREGISTERED_RANGE, ERROR, \
	  "range is used although it is not registered") \
	X(FAILED_REGISTER_KEPT_REFERENCE, ERROR, \
	  "register failed but a reference taken for it was never put") \
	X(ALIVE_AT_END, NOTE, \
	  "object was still alive when the trace ended") \
	X(MIRROR_DOUBLE_REGISTER, ERROR, \
	  "mirror is registered although it already is") \
	X(RANGE_DOUBLE_REGISTER, ERROR, \
	  "range is registered although it already is") \
	X(MIRROR_UNREGISTER_WITHOUT_REGISTER, ERROR, \
	  "mirror is unregistered although it was never registered") \
	X(RANGE_UNREGISTER_WITHOUT_REGISTER, ERROR, \
	  "range is unregistered although it was never registered") \
	X(MIRROR_UNREGISTER_FROM_WRONG_MM, ERROR, \
	  "mirror is unregistered from an address space it was not registered on") \
	X(RANGE_USED_DURING_UNREGISTER, WARN, \
	  "range is used while its unregister is under way") \
	X(RANGE_FAULT_WITH_STALE_SEQUENCE, ERROR, \
	  "range is faulted again with a sequence that is known to be stale") \
	X(RANGE_LIVELOCK, WARN, \
	  "range is faulted again and again without success") \
	X(UNREGISTER_IN_CALLBACK, ERROR, \
	  "unregister is called from a callback that it waits for") \
	X(CALLBACK_STUCK, WARN, \
	  "callback of a driver was entered and has not returned") \
	X(UNREGISTER_STUCK, WARN, \
	  "unregister was entered and has not returned") \
	X(MIRROR_NEVER_FREED, WARN, \
	  "last reference of a notifier was put and its memory was not freed") \
	X(MIRROR_FREED_TWICE, ERROR, \
	  "memory of a notifier is freed a second time") \
	X(INVALIDATION_NEVER_ENDED, WARN, \
	  "invalidation was begun and has not ended") \
	X(INVALIDATION_NEVER_BEGUN, ERROR, \
	  "invalidation is ended that was not begun") \
	X(MM_HELD_AFTER_EXIT, WARN, \
	  "address space is not torn down although its last process has exited") \
	X(HMM_FREED_UNDER_CALLBACK, ERROR, \
	  "struct hmm is freed while a callback on it is running")

enum rule_id {
	RULE_NONE,
#define HMT_X(ID, severity, title) RULE_##ID,
	HMT_RULES(HMT_X)
#undef HMT_X
	RULE_NR
};

#endif /* ENGINE_RULES_H */
