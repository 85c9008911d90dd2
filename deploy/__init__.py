"""What hosting needs: an image, services, nginx, Kubernetes; `docs/hosting.md` says which, when."""
