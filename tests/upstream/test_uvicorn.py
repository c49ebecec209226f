"""The name of uvicorn that `primepath.server.proxies` replaces."""

from __future__ import annotations

import uvicorn

from primepath.server.proxies import disable_proxy_headers_of_uvicorn


async def application(scope: object, receive: object, send: object) -> None:
    """Do nothing."""


def test_uvicorn_wraps_the_application_in_what_the_name_is_now() -> None:
    disable_proxy_headers_of_uvicorn()
    config = uvicorn.Config(application, proxy_headers=True, forwarded_allow_ips="*")
    config.load()
    assert config.loaded_app is application
