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
	  "range is used while its unregister is under way")

enum rule_id {
	RULE_NONE,
#define HMT_X(ID, severity, title) RULE_##ID,
	HMT_RULES(HMT_X)
#undef HMT_X
	RULE_NR
};

#endif /* ENGINE_RULES_H */
