# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# What a case can use that has memory registered on demand over rdma_rxe. Runs
# in the guest after guest.sh, with -eu. rdma_rxe does it since 6.15, explicit
# ranges only: all of memory at once (ibv_rc_pingpong -O, odp_orphan
# --implicit) it refuses up to 7.2 at least.

# Address 0 is link-local and cannot reach itself over lo, 1 is 127.0.0.1.
odp_gid=1
odp_device=rxe0

odp_has_gid() {
	grep -qE '[1-9a-f]' /sys/class/infiniband/$odp_device/ports/1/gids/$odp_gid
}

# odp_up: a software RDMA device on the loopback interface
odp_up() {
	ip link set lo up
	[ -e /sys/class/infiniband/$odp_device ] ||
		rdma link add $odp_device type rxe netdev lo
	until_true 10 test -c /dev/infiniband/uverbs0
	until_true 10 odp_has_gid
	ibv_devinfo -v -d $odp_device >devinfo
	grep -q ODP_SUPPORT devinfo || skip "rdma_rxe of $(uname -r) has no on-demand paging"
}

# odp_pingpong [OPTION...]: a server and a client, both with memory on demand.
# Their output is in pingpong.server and pingpong.client, their process ids in
# pingpong.pids.
odp_pingpong() {
	ibv_rc_pingpong -d $odp_device -g $odp_gid -o "$@" >pingpong.server 2>&1 &
	_server=$!
	until_true 20 odp_listens
	ibv_rc_pingpong -d $odp_device -g $odp_gid -o "$@" 127.0.0.1 >pingpong.client 2>&1 &
	_client=$!
	echo "$_server $_client" >pingpong.pids
	wait $_client
	wait $_server
}

# Port 18515, all addresses: seen without connecting, which would use it up.
odp_listens() {
	grep -qE ':4853 .* 0A ' /proc/net/tcp /proc/net/tcp6
}

# odp_watch: keep what the kernel does, without hmmtrace. An insert counts when
# it succeeds: a client that is being killed gets EINTR from its first one.
odp_watch() {
	# shellcheck disable=SC2154  # from guest.sh
	_i=$tracing/instances/odp
	{
		echo "r64:odp_insert mmu_interval_notifier_insert ret=\$retval:s32"
		echo "p:odp_remove mmu_interval_notifier_remove"
	} >"$tracing/kprobe_events"
	mkdir -p "$_i"
	echo 16384 >"$_i/buffer_size_kb"
	echo 'ret == 0' >"$_i/events/kprobes/odp_insert/filter"
	echo 1 >"$_i/events/kprobes/enable"
}

# odp_watched NAME: how often since, insert or remove
odp_watched() {
	grep -c " odp_$1: " "$tracing/instances/odp/trace" || true
}

odp_unwatch() {
	cat "$tracing"/instances/odp/per_cpu/cpu*/stats >watch.stats
	cat "$tracing/kprobe_profile" >watch.profile
	rmdir "$tracing/instances/odp"
	echo >"$tracing/kprobe_events"
}
