"""What the server that stands for Google refuses."""


class RefusalError(Exception):
    """An answer that is an error."""

    def __init__(self, code: int, message: str, reason: str = "") -> None:
        super().__init__(message)
        error = {"code": code, "message": message, "errors": [{"reason": reason}]}
        self.code, self.body = code, {"error": error}
