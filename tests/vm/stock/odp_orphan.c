// SPDX-License-Identifier: GPL-2.0
/*
 * odp_orphan - a real driver's range that outlives its process.
 *
 *   odp_orphan [OPTIONS]              register, hand over, exit: an orphan
 *   odp_orphan --hold MS [OPTIONS]    the holder exits after MS: clean again
 *   odp_orphan --kill N [OPTIONS] [-- COMMAND...]
 *                                     N clients, each killed at a random moment
 *
 * Memory registered for on-demand paging is an interval notifier on the mm of
 * whoever registered it, but its life is that of the verbs descriptor. When a
 * child has the descriptor too, by inheritance or (--pass) over a socket, and
 * the parent exits, the address space is torn down and the range stays.
 *
 * Talks to the kernel without libibverbs: three commands need no library, and
 * a static program runs in any initramfs. One line of JSON on stdout, printed
 * when everything is registered and, for an orphan, before the process is gone.
 *
 * Exit status: 0, 1 when it went wrong, 4 when the device cannot do this.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <rdma/ib_user_verbs.h>

#define ACCESS_LOCAL_WRITE (1 << 0)
#define ACCESS_ON_DEMAND   (1 << 6)
#define RANGES_MAX	   1024
#define STATUS_UNSUPPORTED 4

struct options {
	const char *device;
	size_t size;		/* of one range */
	unsigned int ranges;
	unsigned int linger;	/* ms between the line and the exit of the owner */
	long hold;		/* ms the child keeps the descriptor, -1: until killed */
	unsigned int kill;	/* clients to kill, 0: make an orphan instead */
	unsigned int within;	/* ms a client lives at most */
	unsigned int seed;
	int implicit;
	int pass;
	char **command;		/* of a client, NULL: churn() */
};

/* An open device with a protection domain to register in. */
struct verbs {
	int fd;
	int async_fd;
	uint32_t pd;
};

struct range {
	uint64_t start;
	uint64_t length;
	uint32_t handle;
};

static void fail(const char *what)
{
	int unsupported = errno == EOPNOTSUPP || errno == ENODEV || errno == ENOENT;

	fprintf(stderr, "odp_orphan: %s: %s\n", what, strerror(errno));
	exit(unsupported ? STATUS_UNSUPPORTED : 1);
}

static void sleep_ms(unsigned int ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

/* --- verbs, as far as needed ---------------------------------------------- */

/*
 * A command is a header, its arguments and, by a pointer in the arguments, room
 * for the response; sizes count in words of 4 bytes.
 */
#define COMMAND(v, nr, args, resp_size) do_command(v, nr, &(args), sizeof(args), resp_size)

static int do_command(struct verbs *v, uint32_t command, void *args, size_t size, size_t resp_size)
{
	struct ib_uverbs_cmd_hdr *hdr = args;

	hdr->command = command;
	hdr->in_words = size / 4;
	hdr->out_words = resp_size / 4;
	return write(v->fd, args, size) == (ssize_t)size ? 0 : -1;
}

static int verbs_open(struct verbs *v, const char *device)
{
	struct ib_uverbs_get_context_resp context = { 0 };
	struct ib_uverbs_alloc_pd_resp pd = { 0 };
	struct {
		struct ib_uverbs_cmd_hdr hdr;
		struct ib_uverbs_get_context arg;
	} get_context = { .arg.response = (uintptr_t)&context };
	struct {
		struct ib_uverbs_cmd_hdr hdr;
		struct ib_uverbs_alloc_pd arg;
	} alloc_pd = { .arg.response = (uintptr_t)&pd };

	v->fd = open(device, O_RDWR | O_CLOEXEC);
	if (v->fd < 0)
		return -1;
	if (COMMAND(v, IB_USER_VERBS_CMD_GET_CONTEXT, get_context, sizeof(context)))
		return -1;
	v->async_fd = context.async_fd;
	if (COMMAND(v, IB_USER_VERBS_CMD_ALLOC_PD, alloc_pd, sizeof(pd)))
		return -1;
	v->pd = pd.pd_handle;
	return 0;
}

static int verbs_register(struct verbs *v, struct range *r)
{
	struct ib_uverbs_reg_mr_resp mr = { 0 };
	struct {
		struct ib_uverbs_cmd_hdr hdr;
		struct ib_uverbs_reg_mr arg;
	} reg_mr = {
		.arg.response = (uintptr_t)&mr,
		.arg.start = r->start,
		.arg.length = r->length,
		.arg.hca_va = r->start,
		.arg.pd_handle = v->pd,
		.arg.access_flags = ACCESS_LOCAL_WRITE | ACCESS_ON_DEMAND,
	};

	if (COMMAND(v, IB_USER_VERBS_CMD_REG_MR, reg_mr, sizeof(mr)))
		return -1;
	r->handle = mr.mr_handle;
	return 0;
}

static int verbs_unregister(struct verbs *v, const struct range *r)
{
	struct {
		struct ib_uverbs_cmd_hdr hdr;
		struct ib_uverbs_dereg_mr arg;
	} dereg_mr = { .arg.mr_handle = r->handle };

	return COMMAND(v, IB_USER_VERBS_CMD_DEREG_MR, dereg_mr, 0);
}

static void fail_register(const struct options *o)
{
	/* What a device says that does not know the flag, or this way to use it. */
	if (errno == EINVAL)
		errno = EOPNOTSUPP;
	fail(o->implicit ? "cannot register all of memory (implicit ODP)"
			 : "cannot register memory on demand");
}

/* --- an orphan ------------------------------------------------------------- */

static void send_fds(int sock, const int *fds, size_t n)
{
	char control[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = CMSG_SPACE(n * sizeof(int)),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	if (sendmsg(sock, &msg, 0) != 1)
		fail("cannot pass the descriptors on");
}

/* They stay open, in this process, without anyone knowing their numbers. */
static void receive_fds(int sock)
{
	char control[CMSG_SPACE(2 * sizeof(int))];
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};

	if (recvmsg(sock, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		fail("no descriptors came");
}

static void hold(const struct options *o)
{
	int null = open("/dev/null", O_RDWR);

	/* Whoever reads our output is to see its end when the owner exits. */
	if (null >= 0)
		for (int fd = 0; fd < 3; fd++)
			dup2(null, fd);
	if (o->hold < 0)
		for (;;)
			pause();
	sleep_ms(o->hold);
	_exit(0);
}

/*
 * The holder. By inheritance it is forked after the descriptor was opened; to
 * be passed a descriptor it must not have it already. Returns when the holder
 * has what it is to hold.
 */
static pid_t holder_start(const struct options *o, int sock[2])
{
	pid_t pid;
	char byte = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock))
		fail("socketpair");
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid)
		return pid;
	close(sock[0]);
	if (o->pass)
		receive_fds(sock[1]);
	if (write(sock[1], &byte, 1) != 1)
		_exit(1);
	hold(o);
	return 0;
}

static void holder_ready(int sock)
{
	char byte;

	if (read(sock, &byte, 1) != 1) {
		errno = ECHILD;
		fail("the child did not take the descriptors");
	}
}

static void map_ranges(const struct options *o, struct range *ranges)
{
	char *memory = mmap(NULL, o->size * o->ranges, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		fail("mmap");
	/* Resident before it is mirrored: there is something to be torn down. */
	memset(memory, 0x5a, o->size * o->ranges);
	for (unsigned int i = 0; i < o->ranges; i++) {
		ranges[i].start = (uintptr_t)memory + i * o->size;
		ranges[i].length = o->size;
	}
}

static void print_orphan(const struct options *o, pid_t child, const struct range *ranges)
{
	printf("{\"program\":\"odp_orphan\",\"mode\":\"%s\",\"pid\":%d,\"child\":%d,"
	       "\"implicit\":%s,\"passed\":%s,\"hold_ms\":%ld,\"ranges\":[",
	       o->hold < 0 ? "orphan" : "hold", getpid(), child,
	       o->implicit ? "true" : "false", o->pass ? "true" : "false", o->hold);
	for (unsigned int i = 0; i < o->ranges; i++)
		printf("%s{\"start\":\"0x%llx\",\"length\":%llu}", i ? "," : "",
		       (unsigned long long)ranges[i].start, (unsigned long long)ranges[i].length);
	printf("]}\n");
	fflush(stdout);
}

static int make_orphan(const struct options *o)
{
	static struct range ranges[RANGES_MAX];
	struct verbs v;
	int sock[2];
	pid_t child = 0;

	if (o->implicit)
		ranges[0] = (struct range){ .start = 0, .length = UINT64_MAX };
	else
		map_ranges(o, ranges);
	if (o->pass)
		child = holder_start(o, sock);
	if (verbs_open(&v, o->device))
		fail(o->device);
	for (unsigned int i = 0; i < o->ranges; i++)
		if (verbs_register(&v, &ranges[i]))
			fail_register(o);
	if (o->pass)
		send_fds(sock[0], (int[]){ v.fd, v.async_fd }, 2);
	else
		child = holder_start(o, sock);
	holder_ready(sock[0]);
	print_orphan(o, child, ranges);
	sleep_ms(o->linger);
	return 0;
}

/* --- killed clients -------------------------------------------------------- */

/* Registers and unregisters until killed, so that any moment is in between. */
static void churn(const struct options *o)
{
	static struct range ranges[RANGES_MAX];
	struct verbs v;

	map_ranges(o, ranges);
	if (verbs_open(&v, o->device))
		fail(o->device);
	for (;;) {
		for (unsigned int i = 0; i < o->ranges; i++)
			if (verbs_register(&v, &ranges[i]))
				fail_register(o);
		for (unsigned int i = 0; i < o->ranges; i++)
			if (verbs_unregister(&v, &ranges[i]))
				fail("unregister");
	}
}

static int kill_clients(const struct options *o)
{
	unsigned int killed = 0, ended = 0, broken = 0, status4 = 0;

	srandom(o->seed);
	for (unsigned int i = 0; i < o->kill; i++) {
		unsigned int ms = random() % (o->within + 1);
		int status;
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (!pid) {
			if (!o->command)
				churn(o);
			execvp(o->command[0], o->command);
			fail(o->command[0]);
		}
		sleep_ms(ms);
		kill(pid, SIGKILL);
		if (waitpid(pid, &status, 0) != pid)
			fail("waitpid");
		killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
		ended += WIFEXITED(status) && !WEXITSTATUS(status);
		broken += WIFEXITED(status) && WEXITSTATUS(status);
		status4 += WIFEXITED(status) && WEXITSTATUS(status) == STATUS_UNSUPPORTED;
	}
	printf("{\"program\":\"odp_orphan\",\"mode\":\"kill\",\"pid\":%d,\"clients\":%u,"
	       "\"killed\":%u,\"ended\":%u,\"failed\":%u,\"seed\":%u}\n",
	       getpid(), o->kill, killed, ended, broken, o->seed);
	return status4 ? STATUS_UNSUPPORTED : broken != 0;
}

/* --- options ---------------------------------------------------------------- */

static const char usage_text[] =
	"odp_orphan [OPTION]...                        leave an orphaned range behind\n"
	"odp_orphan --kill N [OPTION]... [-- COMMAND]  kill N clients at random moments\n"
	"\n"
	"  --device FILE  verbs device (/dev/infiniband/uverbs0)\n"
	"  --size BYTES   of a range (65536), rounded up to pages\n"
	"  --ranges N     register N of them, one behind the other (1)\n"
	"  --implicit     register all of memory instead\n"
	"  --pass         hand the descriptors over a socket instead of by fork\n"
	"  --linger MS    wait before the owner exits (0)\n"
	"  --hold MS      the child exits after MS (it stays until it is killed)\n"
	"  --within MS    a client lives at most that long (50)\n"
	"  --seed N       for the random moments (1)\n";

static unsigned long number(const char *name, const char *text, unsigned long min, unsigned long max)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || n < min || n > max) {
		fprintf(stderr, "odp_orphan: --%s takes a number from %lu to %lu, not '%s'\n",
			name, min, max, text);
		exit(2);
	}
	return n;
}

static void set_option(struct options *o, const char *name, const char *arg)
{
	size_t page = sysconf(_SC_PAGESIZE);

	if (!strcmp(name, "device"))
		o->device = arg;
	else if (!strcmp(name, "size"))
		o->size = (number(name, arg, 1, 1UL << 30) + page - 1) / page * page;
	else if (!strcmp(name, "ranges"))
		o->ranges = number(name, arg, 1, RANGES_MAX);
	else if (!strcmp(name, "linger"))
		o->linger = number(name, arg, 0, 3600000);
	else if (!strcmp(name, "hold"))
		o->hold = number(name, arg, 0, 3600000);
	else if (!strcmp(name, "kill"))
		o->kill = number(name, arg, 1, 1000000);
	else if (!strcmp(name, "within"))
		o->within = number(name, arg, 0, 3600000);
	else if (!strcmp(name, "seed"))
		o->seed = number(name, arg, 0, UINT32_MAX);
	else if (!strcmp(name, "implicit"))
		o->implicit = 1;
	else if (!strcmp(name, "pass"))
		o->pass = 1;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "device", required_argument, NULL, 0 }, { "size", required_argument, NULL, 0 },
		{ "ranges", required_argument, NULL, 0 }, { "linger", required_argument, NULL, 0 },
		{ "hold", required_argument, NULL, 0 },   { "kill", required_argument, NULL, 0 },
		{ "within", required_argument, NULL, 0 }, { "seed", required_argument, NULL, 0 },
		{ "implicit", no_argument, NULL, 0 },     { "pass", no_argument, NULL, 0 },
		{ "help", no_argument, NULL, 'h' },       { NULL, 0, NULL, 0 },
	};
	struct options o = {
		.device = "/dev/infiniband/uverbs0", .size = 65536, .ranges = 1,
		.hold = -1, .within = 50, .seed = 1,
	};
	int c, at;

	while ((c = getopt_long(argc, argv, "+", known, &at)) != -1) {
		if (c == 'h')
			return fputs(usage_text, stdout) < 0;
		if (c)
			return 2;
		set_option(&o, known[at].name, optarg);
	}
	if (optind < argc)
		o.command = argv + optind;
	if (o.command && !o.kill) {
		fputs("odp_orphan: a command only goes with --kill\n", stderr);
		return 2;
	}
	/* One registration of everything is all there is. */
	if (o.implicit)
		o.ranges = 1;
	return o.kill ? kill_clients(&o) : make_orphan(&o);
}
