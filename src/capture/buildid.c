// SPDX-License-Identifier: GPL-2.0
#include "capture/buildid.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/banned.h"


static size_t padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static int hex(const unsigned char *id, size_t len, char *ret_hex)
{
	static const char digits[] = "0123456789abcdef";

	if (!len || 2 * len >= BUILDID_LEN)
		return -ENOENT;
	for (size_t i = 0; i < len; i++) {
		*ret_hex++ = digits[id[i] >> 4];
		*ret_hex++ = digits[id[i] & 15];
	}
	*ret_hex = '\0';
	return 0;
}

int buildid_from_notes(const void *notes, size_t len, char *ret_hex)
{
	const unsigned char *p = notes;
	Elf64_Nhdr n;

	while (len >= sizeof(n)) {
		memcpy(&n, p, sizeof(n));
		p += sizeof(n);
		len -= sizeof(n);
		if (n.n_namesz > len || padded(n.n_namesz) > len ||
		    n.n_descsz > len - padded(n.n_namesz))
			return -ENOENT;
		if (n.n_type == NT_GNU_BUILD_ID && n.n_namesz == 4 && !memcmp(p, "GNU", 4))
			return hex(p + 4, n.n_descsz, ret_hex);
		p += padded(n.n_namesz);
		len -= padded(n.n_namesz);
		if (padded(n.n_descsz) > len)
			return -ENOENT;
		p += padded(n.n_descsz);
		len -= padded(n.n_descsz);
	}
	return -ENOENT;
}

int buildid_read(const char *sysfs, const char *module, char *ret_hex)
{
	unsigned char notes[4096];
	char path[512];
	ssize_t n;
	int fd, len;

	if (!*sysfs)
		sysfs = "/sys";
	len = *module ? snprintf(path, sizeof(path), "%s/module/%s/notes/.note.gnu.build-id", sysfs,
				 module) : snprintf(path, sizeof(path), "%s/kernel/notes", sysfs);
	/* A name that is none of a module goes nowhere else. */
	if (len < 0 || (size_t)len >= sizeof(path) || strchr(module, '/'))
		return -ENOENT;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -ENOENT;
	n = read(fd, notes, sizeof(notes));
	close(fd);
	return n > 0 ? buildid_from_notes(notes, (size_t)n, ret_hex) : -ENOENT;
}
