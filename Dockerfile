# An image with the program alone. Run it with a read-only root and a volume for the receipts:
#   docker run --rm -it --read-only --tmpfs /tmp --volume preset-usage:/state preset-usage
FROM node:24-alpine AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The scripts of packages fetch PostgreSQL and Node for the tests, which nothing here needs.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-alpine
COPY --from=build /app/package.json /app/README.md /app/LICENSE /app/
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build /app/sql /app/sql
COPY --from=build /app/dist /app/dist
# A new volume takes its owner from the directory that it is mounted on. It is not declared as one: then every container would get
# one without a name, which --rm deletes with the receipts.
RUN mkdir /state && chown 1000:1000 /state
ENV XDG_STATE_HOME=/state PRESET_USAGE_NEEDS_VOLUME=1
WORKDIR /work
USER 1000:1000
ENTRYPOINT ["node", "/app/dist/cli.js"]
