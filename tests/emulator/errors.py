"""The one exception the emulated services raise."""


class ApiError(Exception):
    """An error answer: the code and message a client of AWS would see."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
