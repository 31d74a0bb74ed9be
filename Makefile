# SPDX-License-Identifier: GPL-2.0
#
# make          build build/hmmtrace
# make demo     boot a patched kernel, leak on purpose, watch it being flagged
# make test     everything that can fail: host tests, then the VM cases
# make check    the part of `make test` that needs no VM and no root
# make help     the rest
#
# NO_BPF=1      without capture: report, check, dump on any machine
# SAN=address,undefined   V=1   DEVELOPER=1 (-Werror)

O        ?= build
CC       ?= gcc
CLANG    ?= clang
BPFTOOL  ?= bpftool
PKGS     := libzstd zlib jansson $(if $(NO_BPF),,libbpf libelf)

WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
            -Wwrite-strings -Wformat=2 -Wno-unused-parameter -Wold-style-definition
CFLAGS   ?= -O2 -g
override CFLAGS += -std=gnu11 $(WARN) -Iinclude -Isrc -I$(O)/gen -D_GNU_SOURCE \
            $(if $(NO_BPF),-DHMT_NO_BPF) $(if $(DEVELOPER),-Werror) \
            $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
LDLIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null || echo -lzstd -lz -ljansson $(if $(NO_BPF),,-lbpf -lelf))

ifeq ($(V),1)
Q :=
msg :=
else
Q := @
msg = @printf '  %-8s %s\n' '$(1)' '$(2)';
endif

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all check test demo clean help
all: $(O)/hmmtrace

dirs     := base stream engine out $(if $(NO_BPF),,capture)
lib_src  := $(sort $(foreach d,$(dirs),$(wildcard src/$(d)/*.c)))
cmd_src  := $(sort $(wildcard src/cmd/*.c))
lib_obj  := $(lib_src:src/%.c=$(O)/obj/%.o)
cmd_obj  := $(cmd_src:src/%.c=$(O)/obj/%.o)

$(O)/obj/%.o: src/%.c
	$(call msg,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

$(O)/libhmmtrace.a: $(lib_obj)
	$(call msg,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(O)/hmmtrace: $(cmd_obj) $(O)/libhmmtrace.a
	$(call msg,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(cmd_obj) $(O)/libhmmtrace.a $(LDLIBS) -o $@

# --- BPF: one object, linked from its parts, embedded as a skeleton ------------
bpf_src  := $(sort $(wildcard bpf/*.bpf.c))
bpf_obj  := $(bpf_src:bpf/%.bpf.c=$(O)/bpf/%.bpf.o)
arch     := $(shell uname -m | sed 's/x86_64/x86/;s/aarch64/arm64/')

$(O)/bpf/%.bpf.o: bpf/%.bpf.c
	$(call msg,BPF,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -target bpf -D__TARGET_ARCH_$(arch) -Wall -Werror -Iinclude -Isrc -Ibpf \
		-I/usr/include/$(shell uname -m)-linux-gnu -MMD -MP -c $< -o $@

$(O)/bpf/hmmtrace.o: $(bpf_obj)
	$(call msg,BPFLINK,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(O)/gen/hmmtrace.skel.h: $(O)/bpf/hmmtrace.o
	$(call msg,SKEL,$@)
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name hmmtrace_bpf > $@

ifndef NO_BPF
$(O)/obj/capture/load.o: $(O)/gen/hmmtrace.skel.h
endif

# --- tests that need nothing ---------------------------------------------------
unit_src := $(sort $(wildcard tests/unit/t_*.c))
unit_bin := $(unit_src:tests/unit/%.c=$(O)/unit/%)

$(O)/unit/%: tests/unit/%.c $(O)/libhmmtrace.a
	$(call msg,TEST,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -Itests/unit -MMD -MP $< $(O)/libhmmtrace.a $(LDLIBS) -o $@

clean:
	$(Q)rm -rf $(O)

-include $(shell find $(O) -name '*.d' 2>/dev/null)
