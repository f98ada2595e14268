# shellcheck shell=bash disable=SC2154
# Debian in a folder, made by debootstrap: for servers that the machine's own
# distribution lacks, and for packages on a machine that has nothing else.
# Sourced after common.sh.
#
#	PLACE/NAME		a root, Debian's smallest, and what was installed into it
#	SCRATCH/NAME	a copy of a root, to be changed
#
# Mirror and keyring are those of the machine's apt.  Mounts and processes live
# in namespaces of the script, so the kernel takes them away when the script
# ends, also after kill -KILL, and no mount is in the way of rm.  SCRATCH is
# removed, too.  It is PLACE as well, unless CHS_ROOTS names a folder: that is
# kept and used again.

place=''		# the folder of the roots
scratch=''		# the folder of the copies
mirror=''		# where Debian's packages come from
keyring=''		# what their signatures are checked against, '': debootstrap's own

# apart: the script begins anew in namespaces of its own; returns only there
apart()
{
	local name=$1 worker='' status
	if [ -n "${CHS_PLACE:-}" ]; then
		place=$CHS_PLACE scratch=$CHS_SCRATCH
		return
	fi
	[ "$(id -u)" -eq 0 ] ||
		fail "make $name needs root" "It makes Debian systems in folders (debootstrap, chroot): sudo make $name"
	command -v apt-get >/dev/null 2>&1 ||
		fail "make $name needs Debian's apt" "It takes mirror and keyring from there."
	unshare --mount --pid --fork --mount-proc true 2>/dev/null ||
		fail "make $name may not mount /proc here" "A container needs the capability CAP_SYS_ADMIN."
	command -v debootstrap >/dev/null 2>&1 || install_debootstrap

	scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/chs-roots.XXXXXX") || exit 1
	trap '[ -z "$worker" ] || end_apart "$worker"
		remove_scratch' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	place=${CHS_ROOTS:-$scratch}
	mkdir -p "$place" || exit 1
	# in the background, because a shell that waits for its child is deaf to signals
	CHS_PLACE=$place CHS_SCRATCH=$scratch setpriv --pdeathsig KILL \
		unshare --mount --pid --fork --kill-child --mount-proc bash "$0" </dev/null &
	worker=$!
	wait $worker
	status=$?
	worker=''
	exit $status
}

install_debootstrap()
{
	step "reading the lists of packages" apt-get update -qq
	step "installing debootstrap" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap
}

# the first process of the namespace dies with unshare, all others with it
end_apart()
{
	kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

remove_scratch()
{
	# a second Ctrl-C would leave half of it
	trap '' INT TERM HUP
	# a process that dies may still write for a moment
	rm -rf --one-file-system "$scratch" 2>/dev/null || { sleep 1; rm -rf --one-file-system "$scratch"; }
}

# mirror and keyring of the machine's Debian, from apt's own files
find_mirror()
{
	local source
	# shellcheck disable=SC2016	# the variables are apt's
	read -r mirror source < <(apt-get indextargets --format '$(REPO_URI) $(SOURCESENTRY)' \
		'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 'Component: main')
	[ -n "$mirror" ] || fail "apt knows no mirror of Debian here" "apt-get update reads its lists."
	keyring=$(sed -n 's/.*signed-by[:=] *\(\/[^] ]*\).*/\1/Ip' "${source%:*}" | head -n 1)
}

bootstrap()
{
	local suite=$1 root=$2 script='' proxy=''
	rm -rf --one-file-system "$root"
	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	# a suite younger than this debootstrap
	[ -e "/usr/share/debootstrap/scripts/$suite" ] || script=/usr/share/debootstrap/scripts/sid
	env ${proxy:+http_proxy="$proxy"} debootstrap --variant=minbase ${keyring:+--keyring="$keyring"} \
		"$suite" "$root" "$mirror" ${script:+"$script"} || return 1

	# of mirrors that stand still the Release files expire
	echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/99chs"
	[ -z "$proxy" ] || echo "Acquire::http::Proxy \"$proxy\";" >>"$root/etc/apt/apt.conf.d/99chs"
	echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/chs"
	# packages start no service and make no cluster
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
	mkdir -p "$root/etc/postgresql-common/createcluster.d"
	echo 'create_main_cluster = false' >"$root/etc/postgresql-common/createcluster.d/chs.conf"
	in_root "$root" useradd --create-home --shell /bin/bash chs &&
		touch "$root/etc/chs-is-made"
}

# make_root SUITE: the root PLACE/SUITE
make_root()
{
	[ -n "$mirror" ] || find_mirror
	[ -e "$place/$1/etc/chs-is-made" ] || step "making Debian $1 in a folder" bootstrap "$1" "$place/$1"
	mount_root "$place/$1" || fail "cannot mount what $place/$1 needs"
}

# grow_root NAME NEW PACKAGE...: the root PLACE/NEW, which is PLACE/NAME with more packages
grow_root()
{
	local new=$place/$2
	if [ ! -e "$new" ]; then
		rm -rf --one-file-system "$new.part"
		cp -a --one-file-system "$place/$1" "$new.part" && mount_root "$new.part" &&
			install_packages "$new.part" "${@:3}" && mv "$new.part" "$new"
	fi
}

# copy_root NAME NEW: the copy SCRATCH/NEW of PLACE/NAME
copy_root()
{
	cp -a --one-file-system "$place/$1" "$scratch/$2" && mount_root "$scratch/$2"
}

# what processes expect of /proc and /dev
mount_root()
{
	mount -t proc proc "$1/proc" && mkdir -p "$1/dev/shm" && mount -t tmpfs -o mode=1777 shm "$1/dev/shm"
}

# in_root ROOT COMMAND ARGS...: as root, in a clean environment
in_root()
{
	local root=$1
	shift
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive chroot "$root" "$@" </dev/null
}

# as_user ROOT COMMAND ARGS...: as an ordinary user, in his home
as_user()
{
	local root=$1
	shift
	# shellcheck disable=SC2016	# the variable is the inner shell's
	in_root "$root" runuser -u chs -- env HOME=/home/chs sh -c 'cd && exec "$@"' sh "$@"
}

# install_packages ROOT NAME...
install_packages()
{
	local root=$1
	shift
	in_root "$root" apt-get update -qq &&
		in_root "$root" apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "$@"
}

# without_bitcode ROOT VERSION: what is built there has none for JIT, which doubles
# the time of a build
without_bitcode()
{
	sed -i 's/^with_llvm\([[:space:]]*\)= yes/with_llvm\1= no/' "$1/usr/lib/postgresql/$2/lib/pgxs/src/Makefile.global"
}

# copy_to ROOT: the sources, without what was built, as chs of the ordinary user
copy_to()
{
	# with what an interrupted run left
	rm -rf --one-file-system "$1/home/chs/chs" && find "$1/tmp" -xdev -mindepth 1 -delete && mkdir "$1/home/chs/chs" &&
		tar -c --exclude=./build --exclude=./.git . | tar -x -C "$1/home/chs/chs" &&
		in_root "$1" chown -R chs: /home/chs/chs
}
