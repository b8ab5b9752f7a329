# The worker, and the command line: docker run … backout:0.1.0 doctor
# Debian, since Temporal's SDK needs glibc.
FROM node:24.11.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY bin bin
COPY scripts scripts
COPY src src
COPY workflows workflows
COPY activities activities
COPY docs docs
RUN npm run build && npm prune --omit=dev

FROM node:24.11.0-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /etc/backout/incidents /home/node/.ssh \
 && chown -R node:node /etc/backout/incidents /home/node/.ssh \
 && chmod 700 /home/node/.ssh
WORKDIR /opt/backout
ENV NODE_ENV=production
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/bin bin
COPY --from=build /build/dist dist
USER node
# Where `worker.healthAddress` is unless backout.yaml says otherwise.
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=12 \
  CMD ["curl", "--fail", "--silent", "--max-time", "2", "http://127.0.0.1:8089/readyz"]
ENTRYPOINT ["node", "/opt/backout/bin/backout.js"]
CMD ["worker"]
