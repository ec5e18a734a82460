# The program as an image: `docker build --tag canvas-sync-monitor .` See docs/deployment.md.
# For builds that are the same tomorrow give the digest of the base, which `docker pull` shows:
# --build-arg NODE_IMAGE=node:26-bookworm-slim@sha256:…
ARG NODE_IMAGE=node:26-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY . .
RUN npm pack --silent

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /dependencies
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund --ignore-scripts --omit=dev

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="canvas-sync-monitor" \
      org.opencontainers.image.licenses="MIT"
RUN --mount=type=bind,from=build,source=/build,target=/build \
    mkdir /app /var/lib/canvas-sync /var/log/canvas-sync \
    && tar --extract --gzip --file /build/canvas-sync-monitor-*.tgz --directory /app --strip-components 1 --no-same-owner \
    && ln --symbolic /app/bin/canvas-sync-monitor.js /usr/local/bin/canvas-sync-monitor \
    && chown 1000:1000 /var/lib/canvas-sync /var/log/canvas-sync
COPY --from=dependencies /dependencies/node_modules /app/node_modules

# DATABASE_URL is not set: without it, or DATABASE_URL_FILE, it is data/canvas-sync.db below the working directory.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=5000 \
    CANVAS_SYNC_LOG_DIR=/var/log/canvas-sync
WORKDIR /var/lib/canvas-sync
VOLUME ["/var/lib/canvas-sync", "/var/log/canvas-sync"]
EXPOSE 5000
USER 1000:1000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The program handles signals itself and leaves no children behind, so that it may be process 1.
ENTRYPOINT ["canvas-sync-monitor"]
CMD ["serve"]
