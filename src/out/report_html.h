/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report_html.h - a report as one page that needs nothing beside itself: no
 * network, no server. The page is in src/out/html/, the build embeds it; this
 * puts the data in.
 */
#ifndef OUT_REPORT_HTML_H
#define OUT_REPORT_HTML_H

#include "out/report_model.h"
#include "out/sink.h"

/* Findings are kept whole up to this; what is beyond counts in its cause only. */
#define HTML_FINDINGS_BYTES	(3U << 20)
#define HTML_CURVES		64	/* mirrors with a curve of their own */
#define HTML_HOLDERS		2000

/* What the sink of a judge writes to while the page waits for the end of the trace. */
struct html_page {
	FILE *f;
	char *text;		/* NDJSON lines, as sink_json writes them */
	size_t len;
	__u64 nr_findings, nr_left_out;
};

/* Return: 0, or -ENOMEM. */
int html_page__init(struct html_page *p);
void html_page__free(struct html_page *p);
/* From here on what s is told goes into the page. */
void html_page__take(struct html_page *p, struct sink *s);
/* Return: 0, or -ENOMEM; whether writing worked is for ferror(out) to say. */
int html_page__write(struct html_page *p, const struct report *r, const struct summary *sum,
		     FILE *out);

#endif /* OUT_REPORT_HTML_H */
