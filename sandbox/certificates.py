"""A certificate authority that nobody knows, for a portal that is served over https on loopback."""

import ssl
import tempfile
from pathlib import Path


class Authority:
    """Makes one for `localhost` and 127.0.0.1. `file` is what a client must be told to trust."""

    def __init__(self) -> None:
        import trustme  # tests have it; the demo runs without

        authority = trustme.CA()
        self._folder = tempfile.TemporaryDirectory(prefix="sandbox-ca-")
        self.file = Path(self._folder.name) / "ca.pem"
        authority.cert_pem.write_to_path(str(self.file))
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(self.context)

    def close(self) -> None:
        """Removes the file."""
        self._folder.cleanup()
