# Stands in for pgvector/pgvector:pg18: Debian's own PostgreSQL 18 with pgvector, and an entrypoint that does what ours
# relies on in that of the official image.
FROM copycat-stand-in/debian:forky
# Debian's testing release is signed for a week at a time, and a mirror may be older than that.
RUN apt-get -o Acquire::Check-Valid-Until=false update && \
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql-18 postgresql-18-pgvector && \
  rm -rf /var/lib/apt/lists/* /var/lib/postgresql/18 && \
  install -d -o postgres -g postgres -m 1777 /var/lib/postgresql && install -d /docker-entrypoint-initdb.d
ENV PATH=/usr/lib/postgresql/18/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
  PGDATA=/var/lib/postgresql/18/docker
# As the official image does: a server without a configuration of its own answers beyond its container.
RUN sed -i "s/^#listen_addresses = 'localhost'/listen_addresses = '*'/" /usr/share/postgresql/18/postgresql.conf.sample && \
  grep -q "^listen_addresses = '\*'" /usr/share/postgresql/18/postgresql.conf.sample
COPY postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
EXPOSE 5432
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
