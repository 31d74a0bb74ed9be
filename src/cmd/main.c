// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - from argv to an invocation, from a command's result to an exit status.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "cmd/cmd.h"
#include "version.h"

/*
 * A closed standard descriptor would be reused by the next open(), and a trace
 * file would get our messages. Read-only, so that writing still fails.
 */
static void reserve_standard_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* A pipe that nobody reads from; the errno of the failed write may be long gone. */
static bool reader_is_gone(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && p.revents & POLLERR;
}

/* Output that did not arrive is a failure, whatever the verdict was. */
static int close_stdout(int status, int write_errno)
{
	bool failed = ferror(stdout);
	int code = write_errno;

	if (fflush(stdout)) {
		failed = true;
		code = code ? code : errno;
	}
	if (!failed)
		return status;
	/* It knows, and there is nobody to tell. */
	if (code == EPIPE || reader_is_gone())
		return EXIT_TROUBLE;
	return complainf("cannot write to stdout: %s", code ? strerror(code) : "write error");
}

static int run_command(struct invocation *inv, int argc, char **argv)
{
	struct errmsg err;
	int ret;

	inv->cmd = command_find(argv[0], &err);
	if (!inv->cmd)
		return complain(&err);
	ret = opt_parse(inv->cmd->opts, &inv->o, argc - 1, argv + 1, &inv->rest, &err);
	if (ret == -ENOENT)
		return complainf("%s; `hmmtrace help %s` lists them", err.text, inv->cmd->name);
	if (ret)
		return complain(&err);
	if (inv->o.help) {
		help_command(inv->cmd, stdout);
		return EXIT_CLEAN;
	}
	if (command_check_words(inv, &err))
		return complain(&err);
	inv->color = isatty(STDOUT_FILENO) && !inv->o.no_color && !getenv("NO_COLOR");
	return inv->cmd->run(inv);
}

/* For the trace file: what was typed, words apart. */
static char *join_words(int argc, char **argv)
{
	struct strbuf sb = STRBUF_INIT;

	for (int i = 0; i < argc; i++) {
		strbuf__adds(&sb, i ? " " : "");
		strbuf__adds(&sb, argv[i]);
	}
	return strbuf__detach(&sb);
}

int main(int argc, char **argv)
{
	struct invocation inv = { 0 };
	int status;

	reserve_standard_fds();
	/* A reader that goes away is a failed write, not a death. */
	signal(SIGPIPE, SIG_IGN);
	inv.command_line = join_words(argc, argv);
	if (argc < 2) {
		help_all(stderr);
		status = EXIT_TROUBLE;
	} else if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		help_all(stdout);
		status = EXIT_CLEAN;
	} else if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("hmmtrace %s\n", HMT_VERSION);
		status = EXIT_CLEAN;
	} else if (argv[1][0] == '-') {
		status = complainf("unknown option %s before a command; `hmmtrace help` says more",
				   argv[1]);
	} else {
		status = run_command(&inv, argc - 1, argv + 1);
	}
	status = close_stdout(status, inv.write_errno);
	hmt_free(inv.command_line);
	return status;
}
