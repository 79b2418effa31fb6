#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The inside of tests/systemd: lays this machine's files under a writable layer in memory, installs PayER
# there, and gives the process to systemd. What the trial says is in $result.
set -eu
: "${work:?}" "${build:?}" "${result:?}"
mount --make-rprivate /
mount -t tmpfs tmpfs "$work"
mkdir "$work/up" "$work/work" "$work/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/up,workdir=$work/work" "$work/root"
root=$work/root
make -s install BUILD="$build" DESTDIR="$root" PREFIX=/usr
install -m 0755 tests/support/systemd-trial.sh "$root/usr/bin/payer-trial"
ip link set lo up
: > "$root/result"
mount --bind "$result" "$root/result"

mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
mkdir "$root/sys/fs/cgroup/unified" "$root/sys/fs/cgroup/systemd"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified"
mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
mount -t tmpfs tmpfs "$root/dev"
for node in null zero full random urandom tty; do
    : > "$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
for place in dev/shm run tmp var/log; do mount -t tmpfs tmpfs "$root/$place"; done

# A machine of its own, without this one's services.
rm -f "$root/etc/fstab"
rm -rf "$root"/etc/systemd/system/*.wants "$root"/etc/systemd/system/*.requires
: > "$root/etc/machine-id"
for unit in systemd-udevd systemd-udev-trigger systemd-networkd systemd-resolved systemd-timesyncd \
    systemd-logind systemd-remount-fs systemd-modules-load systemd-sysctl getty@ console-getty; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit.service"
done
mkdir -p "$root/etc/payer/payer.conf.d"
printf '[db]\nbuffer_pool = 64MiB\nlog_size = 32MiB\n' > "$root/etc/payer/payer.conf.d/trial.conf"
mkdir "$root/etc/systemd/system/payer-serve.service.d"
printf '[Service]\nWatchdogSec=2s\nTimeoutAbortSec=2s\n' > "$root/etc/systemd/system/payer-serve.service.d/trial.conf"
cat > "$root/etc/systemd/system/trial.service" <<'UNIT'
[Unit]
Description=the trial
After=basic.target systemd-sysusers.service systemd-tmpfiles-setup.service dbus.service
Wants=basic.target systemd-sysusers.service systemd-tmpfiles-setup.service
[Service]
Type=oneshot
ExecStart=/usr/bin/payer-trial
ExecStopPost=/usr/bin/systemctl --force --force exit
StandardOutput=file:/result
StandardError=file:/result
UNIT
# Not by chroot: who is in one may make no user namespace, and the units want some.
mkdir "$root/before"
cd "$root"
pivot_root . before
umount -l /before
exec /usr/bin/env -i container=payer-trial PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --unit=trial.service --log-target=journal \
    --show-status=no
