from .queue import Arrival, ExpectedDelivery, PreBooking, PreBookingEvent

__all__ = ["Arrival", "ExpectedDelivery", "PreBooking", "PreBookingEvent"]
