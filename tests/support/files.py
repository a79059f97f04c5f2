"""Files for upload."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def picture(name='picture.png') -> SimpleUploadedFile:
    """Return the smallest picture that is one."""
    file = io.BytesIO()
    Image.new('RGB', (1, 1)).save(file, 'PNG')
    return SimpleUploadedFile(name, file.getvalue(), content_type='image/png')
