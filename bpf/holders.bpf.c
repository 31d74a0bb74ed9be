// SPDX-License-Identifier: GPL-2.0
/*
 * holders.bpf.c - which files an owner had open when it exited, and who has them
 * open too.
 *
 * The first is part of the program at the exit. The second is a program of the
 * iterator over the files of all tasks, run by capture/holders.c when an owner
 * is dead and its registrations are not.
 *
 * The functions are neither static nor inlined: so each is verified once.
 */
#include "core.bpf.h"
#include "emit.bpf.h"
#include "files.bpf.h"

#include "capture/holders_shared.h"

struct seq_file;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
};

struct path {
	struct dentry *dentry;
};

struct super_block {
	unsigned long s_magic;
};

struct inode {
	unsigned short i_mode;
	struct super_block *i_sb;
	__u32 i_rdev;
};

struct file_operations {
	void *owner;
};

/* One struct for all kernels: libbpf looks for each name among all types there are. */
struct file {
	const struct file_operations *f_op;
	struct inode *f_inode;
	void *private_data;
	struct path f_path;
	atomic_long_t f_count;		/* until 6.12 */
	/* since 6.13, 90ee6ed776c0 ("fs: port files to file_ref"): counts from -1 */
	struct {
		atomic_long_t refcnt;
	} f_ref;
};

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};
#pragma clang attribute pop

#define FILES_MAX 1024
#define FILES_AT_ONCE 32
#define S_IFMT 0170000
#define S_IFCHR 0020000
#define ANON_INODE_FS_MAGIC 0x09041934
#define DEV_MAJOR(dev) ((dev) >> 20)
#define DEV_MINOR(dev) ((dev) & 0xfffff)

/* Documentation/admin-guide/devices.txt: 1 memory, 4, 5 terminals, 7 consoles, 136-143 pts. */
static __always_inline int is_everybodys(__u32 major)
{
	return major == 1 || major == 4 || major == 5 || major == 7 ||
	       (major >= 136 && major <= 143);
}

/* Return: how many have it open, at least 1 where this kernel counts in a way not known here. */
static __always_inline __s64 file_refs(const struct file *file)
{
	if (bpf_core_field_exists(file->f_count))
		return BPF_CORE_READ(file, f_count.counter);
	if (bpf_core_field_exists(file->f_ref))
		return BPF_CORE_READ(file, f_ref.refcnt.counter) + 1;
	return 2;
}

/* Could something be registered through it? *ret_dev: its device number, 0 for none. */
static __always_inline int is_drivers(const struct file *file, __u32 *ret_dev)
{
	const struct inode *inode = BPF_CORE_READ(file, f_inode);

	*ret_dev = 0;
	if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) == S_IFCHR) {
		*ret_dev = BPF_CORE_READ(inode, i_rdev);
		return !is_everybodys(DEV_MAJOR(*ret_dev));
	}
	return BPF_CORE_READ(inode, i_sb, s_magic) == ANON_INODE_FS_MAGIC &&
	       BPF_CORE_READ(file, f_op, owner) != NULL;
}

/* One descriptor of the current process. Return: 0. */
__attribute__((noinline)) int hmt_owner_file(__u32 fd, __u64 mm)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct file **fds = BPF_CORE_READ(task, files, fdt, fd), *file = NULL;
	struct room room;
	struct hmt_file *e;
	__u32 dev;

	if (bpf_probe_read_kernel(&file, sizeof(file), fds + fd) || !file)
		return 0;
	if (!is_drivers(file, &dev) || file_refs(file) < 2)
		return 0;
	/* Without it a finding says less, and nothing wrong. */
	e = emit_reserve_minor(&room, HMT_FILE, sizeof(*e), mm, HMT_CAUSE_TASK_FULL);
	if (!e)
		return 0;
	e->file = (__u64)file;
	e->data = (__u64)BPF_CORE_READ(file, private_data);
	e->fops = (__u64)BPF_CORE_READ(file, f_op);
	e->fd = fd;
	e->refs = file_refs(file);
	e->major = DEV_MAJOR(dev);
	e->minor = DEV_MINOR(dev);
	bpf_probe_read_kernel_str(&e->name, HMT_FILE_NAME_LEN,
				  BPF_CORE_READ(file, f_path.dentry, d_name.name));
	emit_submit(NULL, &room, e);
	return 0;
}

/* Those from first on, of nr there are. Return: 0. */
__attribute__((noinline)) int hmt_owner_some(__u32 first, __u32 nr, __u64 mm)
{
	for (__u32 i = 0; i < FILES_AT_ONCE; i++) {
		if (first + i >= nr)
			break;
		hmt_owner_file(first + i, mm);
	}
	return 0;
}

/*
 * The current process is about to close its files. Return: 0. In two loops, for
 * the verifier goes through each of them once, and through one pass by pass.
 */
__attribute__((noinline)) int hmt_owner_files(__u64 mm)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 nr = BPF_CORE_READ(task, files, fdt, max_fds);

	for (__u32 first = 0; first < FILES_MAX; first += FILES_AT_ONCE) {
		if (first >= nr)
			break;
		hmt_owner_some(first, nr, mm);
	}
	return 0;
}

/* --- who else has them ------------------------------------------------------------ */

/* The files to look for, and the driver's data behind each. Filled by the loader for a walk. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, HMT_HOLDER_FILES);
	__type(key, __u64);
	__type(value, __u64);
} hmt_files SEC(".maps");

SEC("?iter/task_file")
int hmt_holders(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct holder_obj o = {};
	__u64 key, *data;

	if (!task || !file)
		return 0;
	key = (__u64)file;
	data = bpf_map_lookup_elem(&hmt_files, &key);
	/*
	 * The memory of a file that is closed is soon another's. While what was
	 * registered through it lives, the driver's data does, and is nobody else's.
	 */
	if (!data || (__u64)BPF_CORE_READ(file, private_data) != *data)
		return 0;
	o.file = key;
	o.fd = ctx->fd;
	o.tgid = BPF_CORE_READ(task, tgid);
	bpf_core_read(o.comm, sizeof(o.comm), &task->group_leader->comm);
	bpf_seq_write(ctx->meta->seq, &o, sizeof(o));
	return 0;
}
