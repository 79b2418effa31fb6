# SPDX-License-Identifier: GPL-3.0-or-later
"""How every simulated caller speaks to the hub: one keep-alive connection, bytes as they are."""
import http.client
import urllib.parse


class Connection:
    """Not thread-safe: one for each thread.
    @param url      of the hub; it may say where
    @param path     where, else
    @param context  how it speaks TLS, where the URL says https"""

    def __init__(self, url, path, timeout_s=30, context=None):
        self.url = where = urllib.parse.urlsplit(url)
        self.path = where.path or path
        self.connection = (
            http.client.HTTPSConnection(where.hostname, where.port, timeout=timeout_s, context=context)
            if where.scheme == "https"
            else http.client.HTTPConnection(where.hostname, where.port, timeout=timeout_s))

    def post(self, action, data, path=None):
        """The answer's bytes, whatever its status. @param action  None: no SOAPAction"""
        headers = {"Content-Type": "text/xml; charset=utf-8"}
        if action is not None:
            headers["SOAPAction"] = f'"{action}"'
        try:
            self.connection.request("POST", path or self.path, body=data, headers=headers)
            response = self.connection.getresponse()
            self.status, received = response.status, response.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()  # the next call opens another
            raise
        return received

    def close(self):
        self.connection.close()
