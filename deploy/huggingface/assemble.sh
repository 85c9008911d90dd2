#!/bin/sh
# Fill the clone of a Space at Hugging Face with what it takes:  deploy/huggingface/assemble.sh CLONE
set -eu

space=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
git -C "$space" rm -rq --ignore-unmatch .
# shellcheck disable=SC2046
git archive --output="$space/app.tar" HEAD $(sed -n 's/^!//p' deploy/docker/Dockerfile.dockerignore)
tar -x -C "$space" -f "$space/app.tar"
rm "$space/app.tar"
cp deploy/huggingface/README.md "$space/README.md"
cp deploy/docker/Dockerfile.dockerignore "$space/.dockerignore"
cp deploy/docker/Dockerfile "$space/Dockerfile"
# A Space is shown within another site, where browsers keep the cookie back that uploads would need:
# https://huggingface.co/docs/hub/spaces-cookie-limitations. It guards logins, and there are none.
echo 'ENV STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION=false' >>"$space/Dockerfile"
git -C "$space" add --all
