// SPDX-License-Identifier: GPL-2.0
#include "out/json_parts.h"

void json_line_open(struct jsonw *j, struct strbuf *sb, const char *type)
{
	jsonw__init(j, sb);
	jsonw__object(j);
	jsonw__kstr(j, "type", type);
}

void json_line_close(struct jsonw *j)
{
	jsonw__end(j);
	strbuf__addc(j->sb, '\n');
}

int json_line_write(struct jsonw *j, FILE *f)
{
	int ret;

	json_line_close(j);
	ret = strbuf__err(j->sb);
	if (!ret)
		fwrite(strbuf__str(j->sb), 1, j->sb->len, f);
	strbuf__free(j->sb);
	return ret;
}

void json_symbolized(struct jsonw *j, const struct symtab *t, __u64 addr)
{
	struct symbol sym = { .name = NULL };
	bool known = symtab__lookup(t, addr, &sym);

	jsonw__object(j);
	jsonw__khex(j, "address", addr);
	jsonw__kstr_or_null(j, "symbol", known ? sym.name : NULL);
	jsonw__ku64(j, "offset", known ? sym.offset : 0);
	jsonw__kstr_or_null(j, "module", known ? sym.module : NULL);
	jsonw__end(j);
}

void json_key_symbolized(struct jsonw *j, const struct symtab *t, const char *key, __u64 addr)
{
	jsonw__key(j, key);
	if (addr)
		json_symbolized(j, t, addr);
	else
		jsonw__null(j);
}
