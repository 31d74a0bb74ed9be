// SPDX-License-Identifier: GPL-2.0
#include "out/export_target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"

const char *const target_files[] = { "metadata", "stream", NULL };

const char *target__name(const struct target *t)
{
	return t->path ? t->path : "standard output";
}

static int cannot_create(const struct target *t, int code, struct errmsg *err)
{
	switch (code) {
	case -ENOENT:
		return err_set(err, code, "%s: the directory it should be in does not exist",
			       t->path);
	case -EACCES:
	case -EROFS:
		return err_set(err, code, "%s: cannot be created: %s; write to a directory of your own",
			       t->path, strerror(-code));
	default:
		return err_set(err, code, "%s: cannot be created: %s", t->path, strerror(-code));
	}
}

static int cannot_finish(const struct target *t, int code, struct errmsg *err)
{
	if (code == -EEXIST)
		return err_set(err, code, "%s: exists already; -f overwrites it", t->path);
	return err_set(err, code, "%s: cannot write: %s%s", target__name(t), strerror(-code),
		       code == -ENOSPC || code == -EDQUOT ? "; make room or write elsewhere" : "");
}

/* Does a directory hold nothing but what we put there? */
static bool is_ours(const char *path)
{
	struct strbuf sb = STRBUF_INIT;
	struct stat st, inside;
	unsigned int links = 0;
	bool ours;

	if (stat(path, &st))
		return false;
	for (const char *const *name = target_files; *name; name++) {
		strbuf__reset(&sb);
		strbuf__addf(&sb, "%s/%s", path, *name);
		links += !lstat(strbuf__str(&sb), &inside) && S_ISREG(inside.st_mode);
	}
	ours = links == 2;
	strbuf__free(&sb);
	return ours;
}

/* Removes a directory of ours. What else is in it keeps it there. */
static int remove_dir(const char *path)
{
	struct strbuf sb = STRBUF_INIT;

	for (const char *const *name = target_files; *name; name++) {
		strbuf__reset(&sb);
		strbuf__addf(&sb, "%s/%s", path, *name);
		if (!strbuf__err(&sb))
			unlink(strbuf__str(&sb));
	}
	strbuf__free(&sb);
	return rmdir(path) ? -errno : 0;
}

/* Return: 1 written to as it is, 0 a new name, negative with *err. */
static int look_at(struct target *t, struct errmsg *err)
{
	struct stat st;
	char *real;

	if (stat(t->path, &st))
		return 0;
	if (t->kind == TARGET_DIR && S_ISDIR(st.st_mode)) {
		if (!t->force)
			return cannot_finish(t, -EEXIST, err);
		if (!is_ours(t->path))
			return err_set(err, -EEXIST, "%s: is a directory with other files in it; name another one",
				       t->path);
		return 0;
	}
	if (S_ISDIR(st.st_mode))
		return err_set(err, -EISDIR, "%s: is a directory; name a file to write", t->path);
	if (!S_ISREG(st.st_mode)) {
		if (t->kind == TARGET_STREAM)
			return 1;
		return err_set(err, -EINVAL, "%s: is no regular file, and this format needs one",
			       t->path);
	}
	if (t->kind == TARGET_DIR)
		return err_set(err, -EEXIST, "%s: is a file, and this format is a directory; name another one",
			       t->path);
	if (!t->force)
		return cannot_finish(t, -EEXIST, err);
	/* What a link points to is replaced, not the link. */
	real = realpath(t->path, NULL);
	if (real) {
		hmt_free(t->path);
		t->path = hmt_strdup(real);
		free(real);
		if (!t->path)
			return err_set(err, -ENOMEM, "out of memory");
	}
	return 0;
}

static char *beside(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t dir = slash ? (size_t)(slash - path) + 1 : 0;
	struct strbuf sb = STRBUF_INIT;

	strbuf__add(&sb, path, dir);
	strbuf__addf(&sb, ".%.200s.XXXXXX", path + dir);
	return strbuf__detach(&sb);
}

static mode_t get_umask(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return mask;
}

static int create(struct target *t, struct errmsg *err)
{
	int fd, code;

	t->tmp = beside(t->path);
	if (!t->tmp)
		return err_set(err, -ENOMEM, "out of memory");
	if (t->kind == TARGET_DIR)
		fd = mkdtemp(t->tmp) ? 0 : -1;
	else
		fd = mkostemp(t->tmp, O_CLOEXEC);
	if (fd < 0) {
		code = -errno;
		hmt_free(t->tmp);
		t->tmp = NULL;
		return cannot_create(t, code, err);
	}
	/* As open() and mkdir() would have made it. */
	if (t->kind == TARGET_DIR) {
		chmod(t->tmp, 0777 & ~get_umask());
		return 0;
	}
	fchmod(fd, 0666 & ~get_umask());
	if (t->kind == TARGET_FILE) {
		close(fd);
		return 0;
	}
	t->f = fdopen(fd, "w");
	if (t->f)
		return 0;
	code = cannot_create(t, -errno, err);
	close(fd);
	return code;
}

int target__open(struct target *t, const char *path, enum target_kind kind, bool force,
		 struct errmsg *err)
{
	size_t len;
	int ret;

	*t = (struct target){ .kind = kind, .force = force };
	if (!path || !strcmp(path, "-")) {
		t->f = stdout;
		return 0;
	}
	t->path = hmt_strdup(path);
	if (!t->path)
		return err_set(err, -ENOMEM, "out of memory");
	for (len = strlen(path); kind == TARGET_DIR && len > 1 && path[len - 1] == '/'; len--)
		t->path[len - 1] = '\0';
	ret = look_at(t, err);
	if (!ret) {
		ret = create(t, err);
	} else if (ret > 0) {
		t->f = fopen(path, "we");
		ret = t->f ? 0 : cannot_create(t, -errno, err);
	}
	if (ret)
		target__abort(t);
	return ret;
}

static int give_name(struct target *t)
{
	unsigned int flags = t->force ? 0 : RENAME_NOREPLACE;
	int code;

	if (t->kind == TARGET_DIR && t->force && !access(t->path, F_OK)) {
		code = remove_dir(t->path);
		if (code)
			return code;
	}
	if (!renameat2(AT_FDCWD, t->tmp, AT_FDCWD, t->path, flags))
		return 0;
	/* A file system that cannot refuse: it was looked at in the beginning. */
	if (errno == EINVAL && flags && access(t->path, F_OK) && !rename(t->tmp, t->path))
		return 0;
	return -errno;
}

int target__commit(struct target *t, struct errmsg *err)
{
	int code = 0;

	/* Of standard output main() says whether everything arrived. */
	if (t->f && t->f != stdout) {
		if (ferror(t->f))
			code = -EIO;
		if (fclose(t->f))
			code = -errno;
		t->f = NULL;
	}
	if (!code && t->tmp)
		code = give_name(t);
	if (code) {
		code = cannot_finish(t, code, err);
	} else {
		hmt_free(t->tmp);
		t->tmp = NULL;
	}
	target__abort(t);
	return code;
}

void target__abort(struct target *t)
{
	if (t->f && t->f != stdout)
		fclose(t->f);
	if (t->tmp && t->kind == TARGET_DIR)
		remove_dir(t->tmp);
	else if (t->tmp)
		unlink(t->tmp);
	hmt_free(t->tmp);
	hmt_free(t->path);
	*t = (struct target){ 0 };
}
