#!/bin/bash
# Runs the lines ExecStart= of the units that docs/production/install.md starts.
set -euo pipefail
run_unit() {  # FILE INSTANCE
    command=$(sed -n 's/^ExecStart=//p' "$1"); command=${command//%i/$2}
    folder=$(sed -n 's/^WorkingDirectory=//p' "$1")
    user=$(sed -n 's/^User=//p' "$1")
    mapfile -t settings < <(sed -n 's/^Environment=//p' "$1" | tr ' ' '\n'; grep -v '^ *\(#\|$\)' "$(sed -n 's/^EnvironmentFile=//p' "$1")")
    install -d -m 700 -o "$user" "/var/lib/$user"
    cd "$folder"
    exec setpriv --reuid "$user" --regid "$user" --init-groups --no-new-privs \
        env -i PATH=/usr/bin:/bin "${settings[@]}" $command
}
verb=$1; shift
case $verb in daemon-reload) exit;; esac
for unit in "$@"; do
    case $unit in
        --now|*.timer) ;;
        postgresql) pg_ctlcluster 15 main start ;;
        redis-server) setpriv --reuid redis --regid redis --init-groups redis-server /etc/redis/redis.conf --daemonize yes >/dev/null ;;
        pgbouncer) setpriv --reuid postgres --regid postgres --init-groups pgbouncer /etc/pgbouncer/pgbouncer.ini 2>/var/log/pgbouncer.log & ;;
        nginx) nginx ;;
        primepath-manage@*) (run_unit /etc/systemd/system/primepath-manage@.service "${unit#*@}") ;;
        primepath.service)
            (run_unit /etc/systemd/system/primepath.service "") >/var/log/primepath.log 2>&1 &
            for _ in $(seq 600); do
                grep -q 'PrimePath serves on' /var/log/primepath.log && break
                kill -0 $! || { cat /var/log/primepath.log; exit 1; }
                sleep 0.1
            done ;;
        *) echo "systemctl $verb: the unit $unit is unknown here." >&2; exit 1 ;;
    esac
done
