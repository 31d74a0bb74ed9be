/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tp.h - the hmm:* tracepoints as docs/DESIGN section 2 fixes them, in one list:
 * the BPF programs, the feature probes and the plan are all expanded from it.
 *
 * Plain preprocessor only: the BPF side includes it too.
 */
#ifndef CAPTURE_TP_H
#define CAPTURE_TP_H

/* Every event starts with these words, extras follow; each is 64 bits wide. */
#define TP_ID_FIELDS "mm hmm mirror range ops"
#define TP_ID_WORDS 5

/*
 * X(KIND, event, nr of extras, "names of the extras", group)
 *
 * KIND and event as in HMT_EVENTS; the tracepoint is hmm:hmm_<event>.
 * group: LIFE is always on; FAULT and INVALIDATE are hot and on when asked for.
 */
#define HMT_TRACEPOINTS(X) \
	X(MIRROR_REGISTER,        mirror_register,        2, "refs ret", LIFE) \
	X(MIRROR_UNREGISTER,      mirror_unregister,      1, "refs", LIFE) \
	X(MIRROR_UNREGISTER_END,  mirror_unregister_end,  0, "", LIFE) \
	X(RANGE_REGISTER,         range_register,         4, "start end page_shift ret", LIFE) \
	X(RANGE_UNREGISTER_BEGIN, range_unregister_begin, 0, "", LIFE) \
	X(RANGE_UNREGISTER_END,   range_unregister_end,   0, "", LIFE) \
	X(REF_GET,                ref_get,                2, "count call_site", LIFE) \
	X(REF_PUT,                ref_put,                2, "count call_site", LIFE) \
	X(FREE,                   free,                   1, "stage", LIFE) \
	X(MM_RELEASE,             mm_release,             0, "", LIFE) \
	X(MM_DESTROY,             mm_destroy,             0, "", LIFE) \
	X(RELEASE_BEGIN,          release_begin,          0, "", LIFE) \
	X(RELEASE_END,            release_end,            0, "", LIFE) \
	X(FAULT_BEGIN,            fault_begin,            3, "start end seq", FAULT) \
	X(FAULT_END,              fault_end,              4, "start end seq ret", FAULT) \
	X(READ_BEGIN,             read_begin,             1, "seq", FAULT) \
	X(INVALIDATE_BEGIN,       invalidate_begin,       4, "start end blockable ret", INVALIDATE) \
	X(INVALIDATE_END,         invalidate_end,         4, "start end blockable ret", INVALIDATE) \
	X(CALLBACK_BEGIN,         callback_begin,         4, "start end blockable ret", INVALIDATE) \
	X(CALLBACK_END,           callback_end,           4, "start end blockable ret", INVALIDATE)

enum tp_id {
#define TP_X(KIND, event, nr, fields, group) TP_##KIND,
	HMT_TRACEPOINTS(TP_X)
#undef TP_X
	TP_NR
};

enum tp_group { TP_GROUP_LIFE, TP_GROUP_FAULT, TP_GROUP_INVALIDATE };

#endif /* CAPTURE_TP_H */
