# Grafana with Pitwall's dashboards, generated from the telemetry contract while the image is built.
# docker build --file docker/grafana.Dockerfile .
FROM node:24.21.0-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.base.json ./
COPY sdk/package.json sdk/
COPY collector-processor/package.json collector-processor/
COPY grafana/package.json grafana/
COPY test/bench/package.json test/bench/
RUN npm ci --ignore-scripts
COPY sdk sdk
COPY collector-processor collector-processor
COPY grafana grafana
RUN npx tsc --build grafana && node grafana/dist/build.js /dashboards

FROM grafana/grafana:13.2.0
COPY grafana/provisioning /etc/grafana/provisioning
COPY --from=build /dashboards /usr/share/pitwall/dashboards
USER grafana
