# Runs the learner's program in app/, or with STEP=6 a step. Nothing here needs a shell to start.
FROM node:24-slim AS packages
WORKDIR /workshop
COPY package.json package-lock.json .npmrc ./
# Types and compiler serve the editor and the checks; the running program needs neither.
RUN npm ci --omit=dev --ignore-scripts --cache /tmp/npm \
  && rm -rf node_modules/typescript node_modules/@typescript node_modules/@types node_modules/undici-types

FROM node:24-slim
WORKDIR /workshop
# Inside a container, the program must answer on more than its own loopback.
ENV HOST=0.0.0.0
COPY --from=packages /workshop/node_modules node_modules
COPY package.json tsconfig.json ./
COPY workshop workshop
COPY forest forest
COPY steps steps
COPY exercises exercises
COPY production production
COPY app app
USER node
EXPOSE 8000 8001
# As `make dev` does it, with restart on save. It looks at the files instead of waiting for events,
# which do not cross the mounts of Docker Desktop and of network drives: nothing to switch on there.
CMD ["node", "workshop/run.js", "dev"]
