// SPDX-License-Identifier: GPL-2.0
#include "cmd/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How long a command gets to end after SIGTERM, in steps of 10 ms. */
#define STOP_STEPS 200

static bool is_program(const char *path)
{
	struct stat st;

	return !access(path, X_OK) && !stat(path, &st) && S_ISREG(st.st_mode);
}

/*
 * Told now, before anything needs privilege: a mistyped name is a wrong usage,
 * not a failure of tracing. exec has the last word.
 */
static int check_name(const char *name, struct errmsg *err)
{
	const char *dir = getenv("PATH");
	char path[4096];

	if (strchr(name, '/')) {
		if (is_program(name))
			return 0;
		return err_set(err, -ENOENT, "cannot run '%s': %s", name,
			       access(name, F_OK) ? strerror(errno) : "not a program");
	}
	if (!dir)
		dir = "/usr/bin:/bin";
	for (;;) {
		size_t len = strcspn(dir, ":");

		snprintf(path, sizeof(path), "%.*s/%s", len ? (int)len : 1, len ? dir : ".",
			 name);
		if (*name && is_program(path))
			return 0;
		if (!dir[len])
			break;
		dir += len + 1;
	}
	return err_set(err, -ENOENT, "cannot run '%s': no such command", name);
}

static void __attribute__((noreturn)) wait_and_exec(int go, int failed, char *const *argv,
						    bool quiet_stdout)
{
	char byte;
	int err;

	/* What main() set up for itself is not the command's. */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	/* End of file: the parent died or gave up. */
	if (read(go, &byte, 1) != 1)
		_exit(127);
	if (quiet_stdout)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	execvp(argv[0], argv);
	err = errno;
	if (write(failed, &err, sizeof(err)) != sizeof(err))
		_exit(126);
	_exit(127);
}

int child__prepare(struct child *c, char *const *argv, bool quiet_stdout, struct errmsg *err)
{
	int go[2], failed[2];
	pid_t pid;

	if (check_name(argv[0], err))
		return -ENOENT;
	if (pipe2(go, O_CLOEXEC))
		return err_set(err, -errno, "cannot make a pipe: %s", strerror(errno));
	if (pipe2(failed, O_CLOEXEC)) {
		err_set(err, -errno, "cannot make a pipe: %s", strerror(errno));
		goto close_go;
	}
	pid = fork();
	if (pid < 0) {
		err_set(err, -errno, "cannot fork: %s", strerror(errno));
		goto close_failed;
	}
	if (!pid) {
		/* The parent's ends must not keep the child waiting for itself. */
		close(go[1]);
		close(failed[0]);
		wait_and_exec(go[0], failed[1], argv, quiet_stdout);
	}
	close(go[0]);
	close(failed[1]);
	*c = (struct child){ .name = argv[0], .pid = pid, .go = go[1], .failed = failed[0] };
	return 0;

close_failed:
	close(failed[0]);
	close(failed[1]);
close_go:
	close(go[0]);
	close(go[1]);
	return -EAGAIN;
}

int child__start(struct child *c, struct errmsg *err)
{
	int code = 0;
	ssize_t n;

	if (write(c->go, "", 1) != 1)
		return err_set(err, -EPIPE, "the command '%s' died before it began", c->name);
	/* Ends with nothing read when exec closes the other end. */
	do {
		n = read(c->failed, &code, sizeof(code));
	} while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof(code))
		return err_set(err, -code, "cannot run '%s': %s", c->name, strerror(code));
	return 0;
}

bool child__ended(struct child *c)
{
	if (c->pid && !c->reaped && waitpid(c->pid, &c->status, WNOHANG) == c->pid)
		c->reaped = true;
	return !c->pid || c->reaped;
}

void child__stop(struct child *c)
{
	static const struct timespec step = { .tv_nsec = 10 * 1000 * 1000 };

	if (!c->pid || c->go < 0)
		return;
	close(c->go);
	close(c->failed);
	c->go = c->failed = -1;
	if (!child__ended(c))
		kill(c->pid, SIGTERM);
	for (int i = 0; i < STOP_STEPS && !child__ended(c); i++)
		nanosleep(&step, NULL);
	if (!child__ended(c)) {
		kill(c->pid, SIGKILL);
		while (waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR)
			;
		c->reaped = true;
	}
}

void child__describe(const struct child *c, char *buf, size_t size)
{
	buf[0] = '\0';
	if (!c->pid || !c->reaped)
		return;
	if (WIFSIGNALED(c->status))
		snprintf(buf, size, "command was killed by signal %d", WTERMSIG(c->status));
	else if (WEXITSTATUS(c->status))
		snprintf(buf, size, "command exited with status %d", WEXITSTATUS(c->status));
}
