def test_it_shows_the_very_texture_of_its_input(net):
    noise = net.noiseTOP(resolution=(8, 8))
    null = net.nullTOP(inputs=[noise])
    assert null.image() is noise.image()


def test_its_common_page_resamples(net):
    ramp = net.rectangleTOP(resolution=(8, 4), justifyh="left", centerx=0, sizex=0.5, sizey=1, sizeunit="fraction")
    null = net.nullTOP(inputs=[ramp], resolution=(4, 2), format="mono32float")
    assert (null.width, null.height, null.pixelFormatName) == (4, 2, "mono32float")
    assert null.numpyArray()[..., 0].tolist() == [[1, 1, 0, 0]] * 2


def test_without_input_it_says_so(net):
    null = net.nullTOP()
    null.cook()
    assert "connect input 0" in null.errors()
