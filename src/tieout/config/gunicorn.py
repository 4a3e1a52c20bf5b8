"""gunicorn's settings: one process with threads, so that SQLite has one web process."""

wsgi_app = "tieout.config.wsgi:application"
worker_class = "gthread"
workers = 1
threads = 8
preload_app = False
accesslog = None
loglevel = "warning"
timeout = 120
graceful_timeout = 20
keepalive = 5
# Who may tell that a request came over TLS is decided in one place: tieout.web.proxies.
secure_scheme_headers: dict[str, str] = {}
forwarded_allow_ips = ""
# Temporary files of the heartbeat would stop a worker when a disk is slow.
worker_tmp_dir = "/dev/shm" if __import__("os").path.isdir("/dev/shm") else None
control_socket_disable = True
